// Signing out wipes what this phone keeps of half-filled forms; on pages that have no form of their own.
document.querySelectorAll("form[action*='dang-xuat']").forEach((form) => form.addEventListener("submit", () => {
  navigator.serviceWorker?.controller?.postMessage("signed-out");
  const asked = indexedDB.open("xaso");
  asked.onupgradeneeded = () => asked.transaction.abort(); // nothing was ever kept here
  asked.onsuccess = () => asked.result.transaction("drafts", "readwrite").objectStore("drafts").clear();
}));
