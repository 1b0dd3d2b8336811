namespace Drydock.Abstractions.Entities;

/// <summary>
/// The data keys that are read from the Secret that a spec field refers to. Other keys of that Secret are neither read
/// nor do they count as a change.
/// </summary>
/// <param name="keys">The keys, required and optional ones.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretKeysAttribute(params string[] keys) : Attribute
{
    public IReadOnlyList<string> Keys { get; } = keys;
}
