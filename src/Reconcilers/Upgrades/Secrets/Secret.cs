namespace Drydock.Reconcilers.Upgrades;

/// <summary>A value that must not be shown. Its text form, also in records that hold it and in the debugger, is
/// <c>***</c>; serializers see no property.</summary>
[DebuggerDisplay("***")]
internal sealed record Secret
{
    private readonly string _value;

    public Secret(string value) => _value = value;

    public const string Mask = "***";

    public string Reveal() => _value;

    public override string ToString() => Mask;
}
