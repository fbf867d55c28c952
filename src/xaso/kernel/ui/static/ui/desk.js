import "./form.js";
