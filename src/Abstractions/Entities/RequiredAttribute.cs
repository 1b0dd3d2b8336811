namespace Drydock.Abstractions.Entities;

/// <summary>The schema refuses an object without this property.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;
