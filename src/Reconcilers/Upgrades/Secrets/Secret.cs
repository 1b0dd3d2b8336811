namespace Drydock.Reconcilers.Upgrades;

/// <summary>A value that must not be shown. Its text form, also in records that hold it and in the debugger, is
/// <c>***</c>; serializers see no property.</summary>
[DebuggerDisplay("***")]
internal sealed class Secret : IEquatable<Secret>
{
    private readonly string _value;

    public Secret(string value)
    {
        _value = value;
    }

    /// <summary>The text shown instead of the value.</summary>
    public const string Mask = "***";

    /// <summary>Gives the value, to the one who must send it.</summary>
    public string Reveal() => _value;

    public bool Equals(Secret? other) =>
        other is not null && string.Equals(_value, other._value, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_value);

    public override string ToString() => Mask;
}
