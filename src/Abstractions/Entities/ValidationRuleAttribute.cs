namespace Drydock.Abstractions.Entities;

/// <summary>A CEL rule (<c>x-kubernetes-validations</c>) on the type or property it stands on.</summary>
/// <param name="rule">The CEL expression; true accepts.</param>
/// <param name="message">What a refused user reads: field, expectation, way out.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true)]
public sealed class ValidationRuleAttribute(string rule, string message) : Attribute
{
    /// <summary>The CEL expression.</summary>
    public string Rule { get; } = rule;

    /// <summary>What a refused user reads.</summary>
    public string Message { get; } = message;
}
