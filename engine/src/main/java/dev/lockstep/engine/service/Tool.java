package dev.lockstep.engine.service;

/**
 * A function that a model may ask to be called.
 *
 * @param parameters a JSON schema of an object, as JSON text
 */
public record Tool(String name, String description, String parameters) {}
