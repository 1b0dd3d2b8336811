namespace Drydock.Tests.Unit.Fakes;

/// <summary>Worlds whose upgrade has credentials for the API.</summary>
internal static class ProjectWorlds
{
    public const string SecretName = "oms-api";

    /// <summary>From 4.2.0, whose console has the API; nothing is acknowledged.</summary>
    public static OmsWorld WithApiBefore(
        Action<OmsWorld>? change = null, Func<OmsUpgradeSpec, OmsUpgradeSpec>? spec = null, bool realJson = true) =>
        Begin(
            new WorldSetup { FromVersion = "4.2.0", NeedsJar = false, RealJson = realJson },
            change,
            s => (spec ?? (x => x))(s with
            {
                FromVersion = "4.2.0",
                Preflight = s.Preflight with
                {
                    Acknowledge = [],
                    ApiCredentialsSecretRef = new SecretReference { Name = SecretName }
                }
            }));

    /// <summary>From 3.2.2, which has none: projects are recorded from the tables.</summary>
    public static OmsWorld WithApiAfter(
        Action<OmsWorld>? change = null, Func<OmsUpgradeSpec, OmsUpgradeSpec>? spec = null, bool realJson = true) =>
        Begin(
            new WorldSetup { RealJson = realJson },
            change,
            s => (spec ?? (x => x))(s with
            {
                Preflight = s.Preflight with { ApiCredentialsSecretRef = new SecretReference { Name = SecretName } }
            }));

    public static void CreateSecret(OmsWorld world, params (string Key, string Value)[] more) =>
        world.Api.Create(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = SecretName },
            Data = OmsWorld.Bytes([("username", WorldOmsConsole.User), ("password", Canary.ApiPassword), .. more]),
        });

    public static OmsProject Recorded(this OmsWorld world, string id) =>
        world.ProjectsBefore().Items.Single(p => p.Id == id);

    /// <summary>The projects as recorded before the upgrade, in the ConfigMaps that the status names.</summary>
    public static ProjectRecord ProjectsBefore(this OmsWorld world) =>
        ProjectRecord.Read(world.Listed(world.Status.Projects!.List!));

    /// <summary>A list that the status names.</summary>
    public static IReadOnlyList<ListSection> Listed(this OmsWorld world, ListReference reference)
    {
        var parts = Enumerable.Range(0, reference.Parts)
            .Select(part => world.Api.Find<V1ConfigMap>(OmsWorld.Namespace, DividedList.NameOf(reference, part)))
            .Select(map => (IReadOnlyDictionary<string, string>)map!.Data!)
            .ToList();
        var (sections, sha256) = DividedList.Join(parts);
        sha256.ShouldBe(reference.Sha256);
        return sections;
    }

    public static ProjectsAfter Verified(this OmsWorld world) => world.Status.ProjectsAfter.ShouldNotBeNull();

    public static IEnumerable<Finding> Found(this OmsWorld world, string reason) =>
        world.Status.Findings.Where(f => f.Reason == reason);

    private static OmsWorld Begin(WorldSetup setup, Action<OmsWorld>? change, Func<OmsUpgradeSpec, OmsUpgradeSpec> spec)
    {
        var world = new OmsWorld(setup);
        CreateSecret(world);
        change?.Invoke(world);
        return world.Apply(spec);
    }
}
