namespace Drydock.Crds.Entities;

/// <summary>When a spec field may change.</summary>
public enum FieldClass
{
    /// <summary>What is done to which target: part of the plan hash, frozen while a stored plan has not
    /// ended.</summary>
    Identity,

    /// <summary>How targets are reached: may change at any time, used by the next action.</summary>
    Access,

    /// <summary>What the user wants of the run now: may change at any time.</summary>
    Control,

    /// <summary>How long the operator waits, and what it does when that time is over: may change at any time. A change
    /// retries what has failed at once, as one of access does, but connections are kept.</summary>
    Timing,
}

/// <summary>States the <see cref="FieldClass"/> of a spec field; nested fields inherit it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FieldClassAttribute(FieldClass fieldClass) : Attribute
{
    public FieldClass FieldClass { get; } = fieldClass;
}

/// <summary>When the fields of <see cref="FieldClass.Identity"/> of a kind must not change. The generator makes a
/// transition rule of it for each such field, at the root, because only the root sees spec and status
/// together.</summary>
/// <param name="condition">CEL over <c>oldSelf</c>, the whole stored object; true freezes.</param>
/// <param name="wayOut">What a refused user can do. The text continues a sentence that begins with the path of the
/// field.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FrozenWhileAttribute(string condition, string wayOut) : Attribute
{
    public string Condition { get; } = condition;

    public string WayOut { get; } = wayOut;
}

/// <summary>The data keys that are read from the Secret that a spec field refers to. Other keys of that Secret are
/// neither read nor do they count as a change.</summary>
/// <param name="keys">The keys, required and optional ones.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretKeysAttribute(params string[] keys) : Attribute
{
    public IReadOnlyList<string> Keys { get; } = keys;
}
