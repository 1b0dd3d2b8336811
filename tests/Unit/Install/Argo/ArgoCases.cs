using Drydock.Reconcilers.Snapshots;
using Drydock.Tests.Unit.Oms;
using DirectoryStorage = Drydock.Crds.Common.DirectoryStorage;

namespace Drydock.Tests.Unit.Install;

/// <summary>Objects as the operator wrote them in runs in memory, each with the health that Argo CD must
/// show.</summary>
/// <param name="Name">Name of its file.</param>
/// <param name="Health">The health.</param>
/// <param name="Enabled">The actions that the operator would heed; null if the case is not for actions.</param>
/// <param name="WriteAsync">Runs the operator until it has written the object.</param>
internal sealed record ArgoCase(string Name, string Health, string[]? Enabled, Func<Task<JsonObject>> WriteAsync)
{
    private const string Degraded = "Degraded";
    private const string Healthy = "Healthy";
    private const string Progressing = "Progressing";
    private const string Suspended = "Suspended";

    /// <summary>All of them, in the order of the rows of the mapping.</summary>
    public static IReadOnlyList<ArgoCase> All { get; } =
    [
        Of("unseen", Progressing, null, () => Begin()),
        Of("edited", Progressing, null, () => Run(
            w => w.RunToSuccess(), then: w => w.EditSpec(s => s with { Paused = true }))),

        Of("preflight-failed", Degraded, ["pause"], () => Run(
            w => w.RunToStall(), setUp: w => w["oms-b"].FreeBytes = 10)),
        Of("failed", Degraded, ["retry", "pause", "rollback"], () => RollbackTests.Failed()),
        Of("aborted", Degraded, ["retry", "pause", "rollback"], () => Run(w => AbortAfterStop(w))),
        Of("rolled-back-after-failure", Degraded, ["retry", "pause"], () => Run(
            w => w.RunToRolledBack(), new WorldSetup { RealJson = false, Jar = RollbackTests.FailingJar },
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure })),
        Of("rolled-back-against-the-spec", Degraded, ["retry", "pause"], () => Run(RollBackAndTurnRound)),
        new("snapshot-failed", Degraded, ["retry"], () => SnapshotAsync(BackupSnapshotPhases.Failed)),
        new("restore-failed", Degraded, ["retry", "pause"], () => RestoreAsync(
            s => s with { SnapshotRef = s.SnapshotRef! with { Uid = "another" } }, ConditionTypes.Stalled)),

        Of("held", Suspended, ["approve", "pause", "abort", "rollback"], () => Run(
            w => w.RunUntil(() => w.Is("Held"), "held"), change: s => s with { HoldBefore = ["StopOld"] })),
        Of("rollback-held", Suspended, ["approve", "pause", "abort"], () => Run(w =>
        {
            w.RunToSuccess();
            w.Annotate(Annotations.Rollback, "1");
            w.RunUntil(() => w.Is("Held"), "held");
        })),
        Of("awaiting-manual-change", Suspended, ["pause", "abort", "rollback"], () => Run(
            w => w.RunUntil(() => w.Is("Held"), "held"), change: s =>
                s with { HighAvailability = new HighAvailabilitySpec { Method = HighAvailabilityMethod.Manual } })),

        Of("paused", Suspended, ["resume", "abort", "rollback"], () => Run(
            w => w.RunUntil(() => w.ReasonOf("Reconciling") == Reasons.Paused, "paused"),
            setUpObject: w => w.Annotate(Annotations.Pause, "true"))),
        Of("outside-window", Suspended, ["pause", "abort", "rollback"], () => Run(
            w => w.RunUntil(() => w.ReasonOf("Reconciling") == Reasons.OutsideWindow, "outside"),
            change: s => s with { Window = new MaintenanceWindow { Start = "03:00", End = "03:01" } })),

        Of("preflight", Progressing, ["pause", "abort"], () => Run(
            w => w.RunUntil(() => w.ReasonOf("Ready") == Reasons.Preflight, "preflight"))),
        Of("awaiting-secret", Progressing, ["pause", "abort"], () => Run(
            w => w.RunUntil(() => w.ReasonOf("Ready") == Reasons.SecretMissing, "it waits"),
            setUp: w => w.Api.Delete<V1Secret>(OmsWorld.Namespace, "docker-tls"))),
        Of("running", Progressing, ["pause", "abort", "rollback"], () => Run(
            w => w.RunUntil(() => w.Status.Phase == "Backup", "Backup"))),
        Of("busy", Progressing, ["pause", "abort"], () => Run(Second), shown: "zwei"),
        Of("rolling-back", Progressing, ["pause", "abort"], () => Run(w =>
        {
            w.RunUntil(() => w.Count("snapshot") == 1, "the backup");
            w.Annotate(Annotations.Rollback, "1");
            w.RunUntil(() => w.Status is { Phase: RunPhases.RollingBack, RollbackPlan: not null }, "on the way back");
        })),
        Of("deletion-waits", Progressing, null, () => Run(w =>
        {
            w.RunUntil(() => w.Count("stop") > 0, "T1");
            w.Delete();
            w.RunUntil(() => w.ReasonOf("Ready") == Reasons.DeletionWaits, "it waits");
        })),
        new("snapshot-awaiting-secret", Progressing, [], () => SnapshotAsync(BackupSnapshotPhases.Pending)),
        new("restore-awaiting-snapshot", Progressing, ["pause"], () => RestoreAsync(
            s => s with { SnapshotRef = new SnapshotReference { Name = "later" } }, ConditionTypes.Reconciling)),

        Of("succeeded", Healthy, ["rollback"], () => Run(w => w.RunToSuccess())),
        Of("planned", Suspended, ["pause", "approve", "abort"], () => Run(
            w => w.RunUntil(() => w.Is("Held"), "planned"), change: s => s with { Approval = ApprovalPolicy.Manual })),
        Of("rolled-back", Healthy, ["retry"], () => Run(w =>
        {
            w.RunUntil(() => w.Count("snapshot") == 1, "the backup");
            w.Annotate(Annotations.Rollback, "1");
            w.RunToRolledBack();
        })),
        new("snapshot-succeeded", Healthy, [], () => SnapshotAsync(BackupSnapshotPhases.Succeeded)),
        new("snapshot-expired", Healthy, [], ExpiredAsync),
        new("restore-succeeded", Healthy, [], () => RestoreAsync(s => s, ConditionTypes.Ready)),
        new("restore-planned", Suspended, ["pause"], () => RestoreAsync(
            s => s, ConditionTypes.Held, approve: false)),
    ];

    private static ArgoCase Of(
        string name, string health, string[]? enabled, Func<OmsWorld> run, string? shown = null) =>
        new(
            name, health, enabled, () =>
            {
                var world = run();
                var upgrade = world.Api.Find<OmsUpgrade>(OmsWorld.Namespace, shown ?? world.Setup.Name)!;
                return Task.FromResult(
                    JsonSerializer.SerializeToNode(upgrade, CrdsJsonContext.Default.OmsUpgrade)!.AsObject());
            });

    private static OmsWorld Begin(Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null, WorldSetup? setup = null) =>
        new OmsWorld(setup ?? new WorldSetup { RealJson = false }).Apply(change);

    private static OmsWorld Run(
        Action<OmsWorld> run,
        WorldSetup? setup = null,
        Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null,
        Action<OmsWorld>? setUp = null,
        Action<OmsWorld>? setUpObject = null,
        Action<OmsWorld>? then = null)
    {
        var world = new OmsWorld(setup ?? new WorldSetup { RealJson = false });
        setUp?.Invoke(world);
        world.Apply(change);
        setUpObject?.Invoke(world);
        run(world);
        then?.Invoke(world);
        return world;
    }

    private static void AbortAfterStop(OmsWorld world)
    {
        world.RunUntil(() => world.Count("snapshot") == 1, "the backup");
        world.Annotate(Annotations.Abort, "1");
        world.RunUntil(() => world.Is("Stalled"), "aborted");
    }

    private static void RollBackAndTurnRound(OmsWorld world)
    {
        world.RunUntil(() => world.Count("snapshot") == 1, "the backup");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Status.RollbackPlan?.Steps.Exists(s => s.StartedAt is not null) == true, "begun");
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunToRolledBack();
    }

    private static void Second(OmsWorld world)
    {
        world.RunUntil(() => world.Count("create") > 0, "the first has begun");
        world.Apply(s => s with { NewContainer = "other" }, "zwei");
        world.RunUntil(
            () => world.Api.Find<OmsUpgrade>(OmsWorld.Namespace, "zwei")!.Status!.Conditions
                .Exists(c => c is { Type: "Ready", Reason: Reasons.TargetBusy }),
            "the second waits");
    }

    private static async Task<JsonObject> SnapshotAsync(string phase)
    {
        var world = new SnapshotWorld();
        if (phase == BackupSnapshotPhases.Succeeded)
        {
            await world.Api.CreateAsync(new V1Secret
            {
                Metadata = new() { Name = "db", Namespace = SnapshotWorld.Space },
                Data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
                {
                    ["username"] = "drc"u8.ToArray(),
                    ["password"] = "secret"u8.ToArray()
                },
            });
        }

        await world.Api.CreateAsync(new BackupSnapshot
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = BackupSnapshot.KindName,
            Metadata = new() { Name = "snap", Namespace = SnapshotWorld.Space, Generation = 1 },
            Spec = new BackupSnapshotSpec
            {
                Source = new DatabaseSource
                {
                    Host = "db.example",
                    CredentialsSecretRef = new SecretReference { Name = "db" }
                },
                Databases = ["rm", "cm"],
                Storage = new StorageSpec { Directory = new DirectoryStorage { Path = "/snapshots" } },
            },
        });
        if (phase == BackupSnapshotPhases.Failed)
        {
            world.Time.Advance(TimeSpan.FromMinutes(3));
        }

        await world.UntilAsync("snap", phase);
        return JsonSerializer.SerializeToNode(await world.GetAsync("snap"), CrdsJsonContext.Default.BackupSnapshot)!
            .AsObject();
    }

    private static async Task<JsonObject> ExpiredAsync()
    {
        var world = new SnapshotWorld();
        var taken = await world.AddAsync("old", daysAgo: 40);
        var expired = taken with
        {
            ApiVersion = ApiGroup.ApiVersion,
            Status = SnapshotStatusComposer.Expiry(
                taken, BackupSnapshotPhases.Expired, Reasons.Expired, "spec.retention removed the files.",
                world.Time.GetUtcNow()),
        };
        return JsonSerializer.SerializeToNode(expired, CrdsJsonContext.Default.BackupSnapshot)!.AsObject();
    }

    private static async Task<JsonObject> RestoreAsync(
        Func<SnapshotRestoreSpec, SnapshotRestoreSpec> change, string until, bool approve = true)
    {
        var world = new RestoreWorld();
        await world.CreateAsync(change(RestoreWorld.Spec), approve: approve);
        await using var op = new RestoreOperator(world);
        await op.UntilAsync(r => r!.Status!.Conditions.Exists(
            c => c.Type == until && c.Status == "True" && c.Reason is not (Reasons.Verifying or Reasons.Restoring)));
        return JsonSerializer.SerializeToNode(
            (await world.GetAsync())! with { ApiVersion = ApiGroup.ApiVersion },
            CrdsJsonContext.Default.SnapshotRestore)!.AsObject();
    }
}
