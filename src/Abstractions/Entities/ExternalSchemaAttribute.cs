namespace Drydock.Abstractions.Entities;

/// <summary>
/// What the schema says of a property whose type is part of a kind but declared where no API is (plan, condition).
/// </summary>
/// <param name="type">The type that declares the property.</param>
/// <param name="property">The property.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class ExternalSchemaAttribute(Type type, string property) : Attribute
{
    /// <summary>The type that declares the property.</summary>
    public Type Type { get; } = type;

    /// <summary>The property.</summary>
    public string Property { get; } = property;

    /// <summary>What users of the API read.</summary>
    public string Description { get; init; } = "";

    /// <summary>As <see cref="LengthAttribute"/>; 0 is not given.</summary>
    public int MaxLength { get; init; }

    /// <summary>
    /// As <see cref="ItemsAttribute"/>; 0 is not given. Such a list is atomic: it has one writer, and the API server
    /// would track each field of each item in managedFields, for a plan half of what the object weighs already.
    /// </summary>
    public int MaxItems { get; init; }
}
