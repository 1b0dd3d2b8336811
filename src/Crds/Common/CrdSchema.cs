namespace Drydock.Crds.Common;

/// <summary>The schema of the CRDs of this release.</summary>
public static class CrdSchema
{
    /// <summary>The number of the schema is the version of the release that has it, so that no release can forget to
    /// raise it.</summary>
    public static Version Number { get; } = new(typeof(CrdSchema).Assembly.GetName().Version!.ToString(3));
}
