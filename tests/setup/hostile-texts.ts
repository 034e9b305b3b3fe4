/** Two hundred texts that would run, had a page taken them for anything but text. */

const act = 'window.hostile=1;alert(1)';

const shapes: readonly ((code: string) => string)[] = [
  (code) => `<script>${code}</script>`,
  (code) => `<img src=x onerror="${code}">`,
  (code) => `<svg onload="${code}"></svg>`,
  (code) => `<svg><script>${code}</script></svg>`,
  (code) => `<iframe srcdoc="<script>parent.${code}</script>"></iframe>`,
  (code) => `<a href="javascript:${code}">x</a>`,
  (code) => `<details open ontoggle="${code}">x</details>`,
  (code) => `<input autofocus onfocus="${code}">`,
  (code) => `<video><source onerror="${code}"></video>`,
  (code) => `<style onload="${code}"></style>`,
  (code) => `<math><mtext></p><img src=x onerror="${code}"></math>`,
  (code) => `<form><button formaction="javascript:${code}">x</button></form>`,
  (code) => `<object data="javascript:${code}"></object>`,
  (code) => `<marquee onstart="${code}">x</marquee>`,
  (code) => `<meta http-equiv="refresh" content="0;url=javascript:${code}">`,
  (code) => `<link rel=stylesheet href="data:text/css,*{}" onload="${code}">`,
  (code) => `<template><script>${code}</script></template><script>${code}</script>`,
  (code) => `<noscript><p title="</noscript><img src=x onerror='${code}'>"></noscript>`,
  (code) => `javascript:${code}`,
  (code) => `data:text/html,<script>${code}</script>`,
];

const frames: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `"'>${text}`,
  (text) => `</title></textarea></script>${text}`,
  (text) => `--> ${text}`,
  (text) => `]]>${text}`,
  (text) => `=cmd|' /C calc'!A0 ${text}`,
  (text) => text.toUpperCase().replaceAll('WINDOW.HOSTILE', 'window.hostile').replaceAll('ALERT', 'alert'),
  (text) => text.replaceAll('<', '\u00ad<'),
  (text) => `\u202e${text}`,
  (text) => text.replaceAll(' on', '/on'),
];

export const hostileTexts: readonly string[] = frames.flatMap((frame) => shapes.map((shape) => frame(shape(act))));
