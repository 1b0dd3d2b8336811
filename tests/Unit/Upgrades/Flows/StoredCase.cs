using System.Reflection;
using Drydock.Reconcilers.Snapshots;
using Drydock.Tests.Unit.Databases.Yugabyte;
using Drydock.Tests.Unit.Install;
using Drydock.Tests.Unit.Oms;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>An object as the operator stores it in a run in memory: the upgrades of Argo CD, and what none of
/// them is.</summary>
/// <param name="Name">Name of its file.</param>
/// <param name="WriteAsync">Runs the operator until it has stored the object.</param>
internal sealed record StoredCase(string Name, Func<Task<JsonObject>> WriteAsync)
{
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    public static IReadOnlyList<StoredCase> All { get; } =
    [
        .. ArgoCase.All.Where(c => c.Name.Split('-')[0] is not ("snapshot" or "restore"))
            .Select(c => new StoredCase(c.Name, c.WriteAsync)),
        new("redo-running", () => Oms(world =>
        {
            Redo(world);
            world.RunUntil(() => world.Status.Phase == "InitMetadata", "in the middle");
        })),
        new("redo-succeeded", () => Oms(world =>
        {
            Redo(world);
            world.RunToSuccess();
        })),
        new("cleanup-held", () => Oms(world =>
        {
            Clean(world);
            world.RunUntil(() => world.Is("Held"), "held");
        })),
        new("cleanup-succeeded", () => Oms(world =>
        {
            Clean(world);
            world.EditSpec(s => s with { HoldBefore = [] });
            world.RunUntil(() => world.Status.CleanedUpAt is not null, "removed");
        })),
        .. Rolling("tidb", static () => new EngineRunWorld(new TiDbWorld()), "UpgradeTiKV"),
        .. Rolling("yugabyte", static () => new EngineRunWorld(new YugaWorld()), "UpgradeTServers"),
        .. Rolling(
            "bmdb", static () => new EngineRunWorld(new YugaWorld(new YugaSetup { Engine = DatabaseEngine.BMDB })),
            "UpgradeTServers"),
        .. Phases(typeof(BackupSnapshotPhases)).Select(p => new StoredCase(
            $"snapshot-{p.ToLowerInvariant()}", () => SnapshotAsync(p))),
        .. Phases(typeof(SnapshotRestorePhases)).Select(p => new StoredCase(
            $"restore-{p.ToLowerInvariant()}", () => RestoreAsync(p))),
    ];

    public static IEnumerable<string> Phases(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);

    private static IEnumerable<StoredCase> Rolling(string engine, Func<EngineRunWorld> begin, string middle)
    {
        yield return new($"{engine}-running", () => Rolled(
            w => w.RunUntil(() => w.Status.Phase == middle && w.Status.Active.Count > 0, middle, OneDay)));
        yield return new($"{engine}-succeeded", () => Rolled(
            w => w.RunUntil(() => w.Status.Phase == RunPhases.Succeeded, "the end", OneDay)));

        Task<JsonObject> Rolled(Action<EngineRunWorld> run)
        {
            var world = begin().Apply();
            run(world);
            return Json(world.Api.All<DatabaseRollingUpgrade>().Single());
        }
    }

    private static Task<JsonObject> Oms(Action<OmsWorld> run)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        run(world);
        return Json(world.Api.Find<OmsUpgrade>(OmsWorld.Namespace, world.Setup.Name)!);
    }

    private static void Redo(OmsWorld world)
    {
        world.RunUntil(() => world.Count("init") == 1, "init");
        world.New("oms-a")!.Stop();
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.OutcomeUnknown, "lost");
        world.RetryOnRestoredData();
        world.RunUntil(() => world.Plan.Plan.Kind == PlanKind.Redo, "planned once more");
    }

    private static void Clean(OmsWorld world)
    {
        world.RunToSuccess();
        world.EditSpec(s => s with { HoldBefore = ["Cleanup"], Cleanup = new CleanupSpec { RemoveImages = true } });
        world.RemoveOldContainers();
        world.RunUntil(() => world.Status.CleanupPlan is not null, "planned");
    }

    private static async Task<JsonObject> SnapshotAsync(string phase)
    {
        var world = new SnapshotWorld();
        var seen = Seen<BackupSnapshot>(world.Api, s => s.Status!.Phase == phase);
        if (phase is BackupSnapshotPhases.Expiring or BackupSnapshotPhases.Expired)
        {
            await world.AddAsync("snap", 3);
            await world.AddAsync("later", 1, new RetentionSpec { KeepLast = 1 });
            await new RetentionRun(world.Services).SweepAsync(TestContext.Current.CancellationToken);
            world.Time.Advance(TimeSpan.FromDays(1));
            await new RetentionRun(world.Services).SweepAsync(TestContext.Current.CancellationToken);
            return await Json(seen[0]);
        }

        var taken = (await world.AddAsync("former", 1)).Spec with { DeletionPolicy = DeletionPolicy.Delete };
        await world.Api.CreateAsync(new BackupSnapshot
        {
            Kind = BackupSnapshot.KindName,
            Metadata = new V1ObjectMeta { Name = "snap", Namespace = SnapshotWorld.Space, Generation = 1 },
            Spec = taken,
        });
        if (phase != BackupSnapshotPhases.Pending && phase != BackupSnapshotPhases.Failed)
        {
            await world.Api.CreateAsync(new V1Secret
            {
                Metadata = new() { Name = "db", Namespace = SnapshotWorld.Space },
                Data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
                {
                    ["username"] = "drc"u8.ToArray(),
                    ["password"] = "secret"u8.ToArray(),
                },
            });
        }

        if (phase == BackupSnapshotPhases.Failed)
        {
            world.Time.Advance(TimeSpan.FromMinutes(3));
        }

        var verified = new TaskCompletionSource();
        if (phase == BackupSnapshotPhases.Verifying)
        {
            world.Archive.Stage = SnapshotStage.Verifying;
            world.Archive.Passing = at => at == "dumped" ? verified.Task : Task.CompletedTask;
        }

        await world.UntilAsync(
            "snap",
            phase is BackupSnapshotPhases.Pending or BackupSnapshotPhases.Verifying
                ? phase
                : BackupSnapshotPhases.Succeeded,
            BackupSnapshotPhases.Failed);
        verified.SetResult();
        if (phase == BackupSnapshotPhases.Deleting)
        {
            world.Archive.BeforeRemove = static _ => throw new IOException("Read-only file system");
            await world.Api.DeleteAsync<BackupSnapshot>(
                "snap", SnapshotWorld.Space, cancellationToken: TestContext.Current.CancellationToken);
            await world.RemoveAsync("snap");
        }

        return await Json(seen.Find(s => s.Metadata.Name == "snap")!);
    }

    private static async Task<JsonObject> RestoreAsync(string phase)
    {
        var world = new RestoreWorld();
        var seen = Seen<SnapshotRestore>(world.Api, r => r.Status!.Phase == phase);
        await world.CreateAsync(
            phase switch
            {
                SnapshotRestorePhases.Pending => RestoreWorld.Spec with { Paused = true },
                SnapshotRestorePhases.Failed =>
                    RestoreWorld.Spec with { SnapshotRef = new SnapshotReference { Name = "snap", Uid = "another" } },
                _ => RestoreWorld.Spec,
            },
            approve: phase is not SnapshotRestorePhases.Planned);
        await using var op = new RestoreOperator(world);
        await op.UntilAsync(_ => seen.Count > 0);
        return await Json(seen[0]);
    }

    private static List<T> Seen<T>(FakeKubernetes api, Func<T, bool> isMeant)
    {
        List<T> seen = [];
        api.StatusWritten = o => seen.AddRange(o is T written && isMeant(written) ? [written] : []);
        return seen;
    }

    private static Task<JsonObject> Json(IKubernetesObject entity)
    {
        var json = JsonSerializer.SerializeToNode(entity, entity.GetType(), CrdsJsonContext.Default)!.AsObject();
        json["apiVersion"] = ApiGroup.ApiVersion;
        json["kind"] ??= entity.GetType().Name;
        return Task.FromResult(json);
    }
}
