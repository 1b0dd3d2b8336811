namespace Drydock.Abstractions.Entities;

/// <summary>States the <see cref="FieldClass"/> of a spec field; nested fields inherit it.</summary>
/// <param name="fieldClass">The class.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FieldClassAttribute(FieldClass fieldClass) : Attribute
{
    /// <summary>The class.</summary>
    public FieldClass FieldClass { get; } = fieldClass;
}
