namespace Drydock.Reconcilers.Oms;

/// <summary>Reads which version the new container reports: <c>imageVersion</c> in its supervisor.json, otherwise the
/// name of its image (docs/research/oms.md#programs). Another version than the one that was asked for is a task for the
/// administrator and never a failure: how OMS fills the file is not documented.</summary>
/// <param name="Container">Name or id of the container.</param>
/// <param name="Expected">The version that was asked for.</param>
[Acceptable]
internal sealed record ReadVersion(string Container, string Expected) : OmsStep, IWaitsOnly
{
    /// <summary>Fact: the version that the container reports; absent if it reports none.</summary>
    public const string VersionFact = "version";

    /// <summary>Fact: why the version is not the one that was asked for, as a message; absent if it is.</summary>
    public const string MismatchFact = "mismatch";

    internal override string Verb => "version";
    internal override int Attempts => 3;

    internal override string Title(string? node) => $"Read the version in {Container} on {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await InspectAsync(context, Container, cancellationToken) is not { } container)
        {
            throw Down(context, Container);
        }

        var inside = ImageVersionFile.Read(await Docker(context).Containers.ReadFileAsync(
            container.ID, ImageVersionFile.Path, ImageVersionFile.Longest, cancellationToken));
        if ((inside ?? ImageNames.VersionOf(container.Config.Image)) is not { } version)
        {
            return new Observation.Done(
                $"{Container} on {context.Node} does not report its version: neither {ImageVersionFile.Path} nor "
                + $"the name of its image, {container.Config.Image}, says it.");
        }

        var by = inside is null ? $"the name of its image, {container.Config.Image}" : ImageVersionFile.Path;
        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { [VersionFact] = version.Display };
        var said = $"{Container} on {context.Node} runs version {version} according to {by}";
        if (!Fits(version, OmsVersion.Parse(Expected)))
        {
            facts[MismatchFact] = $"{said}, but spec.toVersion is {Expected}. Check in the console (Help > About "
                + "OMS) which version runs, and which image was loaded.";
        }

        return new Observation.Done($"{said}.", facts);
    }

    // Not every name says the bugfix pack, and not every version the edition.
    private static bool Fits(OmsVersion version, OmsVersion expected) =>
        version.IsSameRelease(expected)
        && (version.BugfixPack == 0 || expected.BugfixPack == 0 || version.BugfixPack == expected.BugfixPack)
        && (!version.Community || expected.Community);
}
