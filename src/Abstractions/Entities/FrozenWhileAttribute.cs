namespace Drydock.Abstractions.Entities;

/// <summary>
/// When the fields of <see cref="FieldClass.Identity"/> of a kind must not change. The generator makes a transition
/// rule of it for each such field, at the root, because only the root sees spec and status together.
/// </summary>
/// <param name="condition">CEL over <c>oldSelf</c>, the whole stored object; true freezes.</param>
/// <param name="wayOut">What a refused user can do, as the end of a sentence that begins with the field's path.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FrozenWhileAttribute(string condition, string wayOut) : Attribute
{
    /// <summary>CEL over <c>oldSelf</c>.</summary>
    public string Condition { get; } = condition;

    /// <summary>What a refused user can do.</summary>
    public string WayOut { get; } = wayOut;
}
