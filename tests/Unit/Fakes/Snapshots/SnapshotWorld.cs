using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>An API server with BackupSnapshots and a storage with their files, and one life of the operator.</summary>
internal sealed class SnapshotWorld : IReconcileTrigger
{
    public const string Space = "oms";

    /// <summary>After how long a job that runs is shown again.</summary>
    public static readonly TimeSpan Shown = TimeSpan.FromSeconds(2);

    /// <param name="life">The life; null for one that is not killed.</param>
    /// <param name="before">The world of the life before; null for a new world.</param>
    public SnapshotWorld(RestoreLife? life = null, SnapshotWorld? before = null)
    {
        Time = before?.Time ?? new ManualTimeProvider(new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero));
        Api = before?.Api ?? new FakeKubernetes(WorldJson.Crds, Time);
        Archive = before?.Archive ?? new FakeArchive(Time);
        life ??= new RestoreLife("operator");
        Archive.Passing = life.PassAsync;
        Services = new SnapshotServices
        {
            Endpoints = EndpointPolicy.Unrestricted,
            Kubernetes = Api,
            Snapshotter = Archive,
            Loader = Archive.Loader,
            Storages = Archive,
            Servers = static _ => throw new NotSupportedException("nothing is restored"),
            Claims = new TargetClaims(Api, "drydock-system", Time),
            InUse = static (_, _) => Task.FromResult<string?>(null),
            Changes = new AsyncSignal(),
            Fence = new LeadershipFence(elector: null),
            Events = Events,
            Time = Time,
            Loggers = NullLoggerFactory.Instance,
        };
        Writer = new EntityWriter<BackupSnapshot>(new PassingApi(Api, life.PassAsync), static _ => { });
        Controller = new BackupSnapshotController(Services, Writer, this);
    }

    public ManualTimeProvider Time { get; }

    public FakeKubernetes Api { get; }

    public FakeArchive Archive { get; }

    public WorldEvents Events { get; } = new();

    public SnapshotServices Services { get; }

    public EntityWriter<BackupSnapshot> Writer { get; }

    public BackupSnapshotController Controller { get; }

    /// <summary>A snapshot that was taken and verified that many days ago.</summary>
    public async Task<BackupSnapshot> AddAsync(
        string name, double daysAgo, RetentionSpec? retention = null, string? series = null, string space = Space,
        Func<BackupSnapshot, BackupSnapshot>? change = null, string[]? databases = null)
    {
        var id = $"{name}-id-1";
        Archive.Manifests[$"{id}/"] = FakeArchive.Manifest(id, Time.GetUtcNow().AddDays(-daysAgo), databases ?? ["rm"]);
        var snapshot = new BackupSnapshot
        {
            Kind = BackupSnapshot.KindName,
            Metadata = new V1ObjectMeta { Name = name, Namespace = space, Generation = 1 },
            Spec = new BackupSnapshotSpec
            {
                Source = new DatabaseSource
                {
                    Host = "db.example",
                    CredentialsSecretRef = new SecretReference { Name = "db" }
                },
                Databases = [.. databases ?? ["rm"]],
                Storage =
                    new StorageSpec { Directory = new Drydock.Crds.Common.DirectoryStorage { Path = "/snapshots" } },
                Retention = retention,
                Series = series,
            },
            Status = new BackupSnapshotStatus
            {
                Phase = BackupSnapshotPhases.Succeeded,
                Verified = Drydock.Crds.Common.SnapshotVerification.ReadBack,
                SnapshotID = id,
                Path = $"{id}/",
                ObservedGeneration = 1
            },
        };
        snapshot = change?.Invoke(snapshot) ?? snapshot;
        Time.JumpWall(TimeSpan.FromDays(-daysAgo));
        var created = await Api.CreateAsync(snapshot);
        Time.JumpWall(TimeSpan.FromDays(daysAgo));
        return await Api.UpdateStatusAsync(created with { Status = snapshot.Status });
    }

    public async Task<BackupSnapshot> GetAsync(string name, string space = Space) =>
        (await Api.GetAsync<BackupSnapshot>(name, space))!;

    public async Task<string?> PhaseAsync(string name, string space = Space) =>
        (await GetAsync(name, space)).Status?.Phase;

    /// <summary>Reconciles until the object is in one of the phases, or gone.</summary>
    public async Task UntilAsync(string name, params string[] phases)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Xunit.TestContext.Current.CancellationToken);
        bound.CancelAfter(Wait.Limit);
        while (await Api.GetAsync<BackupSnapshot>(name, Space) is { } snapshot
            && !(snapshot.Status?.Phase is { } phase && phases.Contains(phase)))
        {
            await Controller.ReconcileAsync(Controller.Reduce(snapshot), bound.Token);
            await Task.Yield();
        }
    }

    /// <summary>Reconciles a deleted object until its files are removed, or what is in the way is reported.</summary>
    public async Task<TimeSpan?> RemoveAsync(string name, BackupSnapshotController? controller = null)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Xunit.TestContext.Current.CancellationToken);
        bound.CancelAfter(Wait.Limit);
        TimeSpan? after = null;
        while (await Api.GetAsync<BackupSnapshot>(name, Space) is { } snapshot)
        {
            after = (await (controller ?? Controller).ReconcileAsync(snapshot, bound.Token)).RequeueAfter;
            if (after != Shown)
            {
                break;
            }

            await Task.Yield();
        }

        return after;
    }

    public void Wake(string? @namespace, string name)
    {
        // The loop asks again anyway.
    }
}
