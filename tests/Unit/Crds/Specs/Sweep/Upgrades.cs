namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>Proofs for the fields of an upgrade, most of them by the real controller on the world in memory.</summary>
internal static class Upgrades
{
    private static readonly JsonSerializerOptions Options = WorldJson.Crds;

    // The unchanged spec of most fields.
    private static readonly Lazy<string> Plain = new(() => Twice(() => Preflighted(Edited(null), null, null)));
    private static readonly Lazy<string> PlainSnapshot = new(() => Twice(() => Snapshot(Edited(null))));

    /// <summary>The plan, or what preflight finds, is another one after the change.</summary>
    public static FieldProof Plans(
        string field, Action<JsonObject> change, Action<JsonObject>? before = null, WorldSetup? setup = null,
        Action<OmsWorld>? world = null) =>
        new(OmsUpgrade.KindName, field, () =>
        {
            var (first, second) = (Edited(before), Edited(both => { before?.Invoke(both); change(both); }));
            var undisturbed = before is null && setup is null && world is null
                ? Plain.Value
                : Twice(() => Preflighted(first, setup, world));
            Preflighted(second, setup, world).ShouldNotBe(undisturbed);
            return Task.CompletedTask;
        });

    /// <summary>As <see cref="Plans"/>, and the field counts as identity.</summary>
    public static FieldProof Identity(
        string field, Action<JsonObject> change, Action<JsonObject>? before = null, WorldSetup? setup = null,
        Action<OmsWorld>? world = null) =>
        new(OmsUpgrade.KindName, field, async () =>
        {
            var fits = new OmsWorld(setup);
            var (first, second) =
                (Read(fits, Edited(before)), Read(fits, Edited(both => { before?.Invoke(both); change(both); })));
            FieldClasses.Hash(second, FieldClass.Identity).ShouldNotBe(
                FieldClasses.Hash(first, FieldClass.Identity),
                $"{field} is identity, and a change of it would not be noticed");
            await Plans(field, change, before, setup, world).Prove();
        });

    /// <summary>The BackupSnapshot that the run makes is another one after the change.</summary>
    public static FieldProof BacksUp(string field, Action<JsonObject> change, Action<JsonObject>? before = null) =>
        new(OmsUpgrade.KindName, field, () =>
        {
            var undisturbed = before is null ? PlainSnapshot.Value : Twice(() => Snapshot(Edited(before)));
            Snapshot(Edited(both => { before?.Invoke(both); change(both); })).ShouldNotBe(undisturbed);
            return Task.CompletedTask;
        });

    /// <summary>Whatever is done in a world.</summary>
    public static FieldProof InRun(string field, Action prove) => new(OmsUpgrade.KindName, field, () =>
    {
        prove();
        return Task.CompletedTask;
    });

    public static JsonNode Json(string json) => JsonNode.Parse(json)!;

    public static JsonObject Node(this JsonObject spec, int index = 0) =>
        spec["regions"]![0]!["nodes"]![index]!.AsObject();

    /// <summary>The archive of the world in a bucket.</summary>
    public static void ToBucket(JsonObject owner) => owner["storage"] = Json(Bucket);

    public const string Bucket =
        """{"s3":{"endpoint":"https://s3.example:9000","bucket":"dumps","prefix":"oms","credentialsSecretRef":{"name":"s3"} } }""";

    // The same spec gives the same.
    private static string Twice(Func<string> look)
    {
        var seen = look();
        look().ShouldBe(seen);
        return seen;
    }

    private static Func<OmsWorld, JsonObject> Edited(Action<JsonObject>? change) => world =>
    {
        var spec = JsonSerializer.SerializeToNode(world.Spec(), Options)!.AsObject();
        change?.Invoke(spec);
        return spec;
    };

    private static OmsUpgradeSpec Read(OmsWorld world, Func<OmsWorld, JsonObject> spec) =>
        spec(world).Deserialize<OmsUpgradeSpec>(Options)!;

    private static string Preflighted(Func<OmsWorld, JsonObject> spec, WorldSetup? setup, Action<OmsWorld>? prepare)
    {
        var world = new OmsWorld(setup);
        world.Archives.Files[$"/{OmsWorld.ArchivePath}"] =
            world.Archives.Files[$"{OmsWorld.ArchiveDirectory}/{OmsWorld.ArchivePath}"];
        world.Archives.Files["/c.jar"] = world.Archives.Files["/jars/c.jar"] = [.. "PK\u0003\u0004"u8, 1];
        prepare?.Invoke(world);
        world.Apply(_ => Read(world, spec) with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.HasPlan || world.Is("Stalled"), "planned or refused");
        var steps = (world.Status.Plan?.Steps ?? []).Select(step =>
            $"{step.Id} {step.Planned.Timeout} {string.Join(' ', step.Parameters.Select(p => $"{p.Key}={p.Value}"))}");
        return string.Join(
            '\n',
            [
                $"{world.Status.Phase} {world.Status.Message}", .. world.Status.Findings.Select(f => f.Message),
                .. world.Status.Plan?.Notes ?? [], .. steps,
            ]);
    }

    private static string Snapshot(Func<OmsWorld, JsonObject> spec)
    {
        var world = new OmsWorld();
        world.Apply(_ => Read(world, spec));
        world.RunUntil(
            () => world.Api.All<BackupSnapshot>().Any(s => s.Spec.Contents == SnapshotContents.All),
            "the snapshot is made");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{JsonSerializer.Serialize(
                world.Api.All<BackupSnapshot>().Single(s => s.Spec.Contents == SnapshotContents.All).Spec, Options)}");
    }
}
