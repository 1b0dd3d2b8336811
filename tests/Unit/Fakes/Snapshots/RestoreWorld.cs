using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// An API server, a snapshot of two databases, and a server on which both exist and hold something newer.
/// </summary>
internal sealed class RestoreWorld : IStorages
{
    public const string Space = "oms";
    public const string Name = "back";

    public RestoreWorld()
    {
        Api = new FakeKubernetes(WorldJson.Crds, Time);
        Server.Databases["rm"] = "rm of today";
        Server.Databases["cm"] = "cm of today";
    }

    public ManualTimeProvider Time { get; } = new();

    public FakeKubernetes Api { get; }

    public FakeServer Server { get; } = new();

    public FakeSnapshots Snapshots { get; } = new("rm", "cm");

    public WorldEvents Events { get; } = new();

    public static SnapshotRestoreSpec Spec { get; } = new()
    {
        SnapshotRef = new SnapshotReference { Name = "snap" },
        NotAfter = new DateTimeOffset(2026, 1, 7, 0, 0, 0, TimeSpan.Zero),
    };

    /// <summary>The approval of the restore as it would be now.</summary>
    public string ApprovalOf(SnapshotRestore restore) => RestoreApproval.WordFor(
        restore,
        [
            Snapshots.Manifest!.Id, Server.Identity,
            .. Snapshots.Manifest.Databases.Select(d => d.Name)
                .Where(name => restore.Spec.Databases.Count == 0 || restore.Spec.Databases.Contains(name))
                .Select(name => $"{name} {Server.Databases.ContainsKey(name)}"),
        ]);

    public async Task ApproveAsync() =>
        await AnnotateAsync(Annotations.Approve, ApprovalOf((await GetAsync())!));

    /// <summary>Makes the Secret, the BackupSnapshot and the restore.</summary>
    /// <param name="approve">Whether the restore is approved ahead.</param>
    public async Task CreateAsync(
        SnapshotRestoreSpec? spec = null,
        Func<BackupSnapshot, BackupSnapshot>? snapshot = null,
        List<V1OwnerReference>? owners = null,
        bool approve = true)
    {
        await Api.CreateAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = Space } });
        await Api.CreateAsync(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "db", Namespace = Space },
            Data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
            {
                ["username"] = "drc"u8.ToArray(),
                ["password"] = Encoding.UTF8.GetBytes(Canary.MetaPassword)
            },
        });
        var taken = new BackupSnapshot
        {
            Metadata = new V1ObjectMeta { Name = "snap", Namespace = Space },
            Spec = new BackupSnapshotSpec
            {
                Source = new DatabaseSource
                {
                    Host = "db.example",
                    CredentialsSecretRef = new SecretReference { Name = "db" }
                },
                Databases = ["rm", "cm"],
                Storage =
                    new StorageSpec { Directory = new Drydock.Crds.Common.DirectoryStorage { Path = "/snapshots" } },
            },
            Status = new BackupSnapshotStatus
            {
                Phase = BackupSnapshotPhases.Succeeded,
                Verified = Drydock.Crds.Common.SnapshotVerification.ReadBack,
                SnapshotID = "snap-1",
                Path = "snap-1/"
            },
        };
        taken = snapshot?.Invoke(taken) ?? taken;
        await Api.UpdateStatusAsync((await Api.CreateAsync(taken)) with { Status = taken.Status });
        await Api.CreateAsync(new SnapshotRestore
        {
            Kind = SnapshotRestore.KindName,
            Metadata = new V1ObjectMeta { Name = Name, Namespace = Space, OwnerReferences = owners, Generation = 1 },
            Spec = spec ?? Spec
        });
        if (approve && owners is null && Snapshots.Manifest is not null)
        {
            await ApproveAsync();
        }
    }

    /// <summary>
    /// An upgrade that has claimed the rm database of the server and waits for the restore in a step of its rollback;
    /// returns the owner references of that restore.
    /// </summary>
    public async Task<List<V1OwnerReference>> UpgradeAsync(bool claim = true, StepState waits = StepState.Running)
    {
        var upgrade = await Api.CreateAsync(
            new OmsUpgrade { Metadata = new V1ObjectMeta { Name = "up", Namespace = Space }, Spec = OmsWorld.AnySpec });
        if (claim)
        {
            var target = $"{Server.Identity}/rm";
            upgrade = await Api.UpdateStatusAsync(upgrade with
            {
                Status = new OmsUpgradeStatus
                {
                    Phase = RunPhases.RollingBack,
                    Restore = waits == StepState.Succeeded ? null : Name,
                    Target = new TargetStatus
                    {
                        Identity = target,
                        Claim = new ClaimTarget(target, []).Names(Space)[0],
                        Databases = ["rm", "cm"],
                    },
                    Plan = new StoredPlan
                    {
                        Steps = [new()
                        {
                            Id = "Backup/snapshot",
                            Parameters = new(StringComparer.Ordinal) { ["databases"] = """["rm","cm"]""" }
                        }]
                    }.AsRun(),
                    RollbackPlan = new StoredPlan
                    {
                        Steps = [new()
                        {
                            Id = "RollBack/databases",
                            State = waits,
                            Receipt = new(StringComparer.Ordinal) { [SnapshotReceipts.RestoreKey] = Name }
                        }]
                    }.AsRun(),
                },
            });
            await new TargetClaims(Api, "drydock-system", Time).ClaimAsync(
                new ClaimTarget(target, []), upgrade, adopt: null, keep: false, CancellationToken.None);
        }

        return [new V1OwnerReference
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = OmsUpgrade.KindName,
            Name = "up",
            Uid = upgrade.Metadata.Uid!
        }];
    }

    public Task<SnapshotRestore?> GetAsync() => Api.GetAsync<SnapshotRestore>(Name, Space);

    public async Task<SnapshotRestoreStatus> StatusAsync() => (await GetAsync())!.Status!;

    /// <summary>A person changes the spec.</summary>
    public Task ChangeAsync(Func<SnapshotRestoreSpec, SnapshotRestoreSpec> change) =>
        EditAsync(now => now with
        {
            Spec = change(now.Spec),
            Metadata = now.Metadata with { Generation = now.Metadata.Generation + 1 }
        });

    public Task AnnotateAsync(string key, string value) =>
        EditAsync(now => now with
        {
            Metadata = now.Metadata with
            {
                Annotations = new Dictionary<string, string>(
                    now.Metadata.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal),
                    StringComparer.Ordinal)
                {
                    [key] = value
                }
            }
        });

    public async Task<IReadOnlyList<string>> ClaimsAsync() =>
        [.. (await Api.ListAsync<V1Lease>("drydock-system")).Items.Where(l => l.Metadata.DeletionTimestamp is null)
            .Select(l => l.Metadata.Annotations!["drydock.dev/claimed-by"])];

    /// <summary>Why no storage can be opened; null: it can.</summary>
    public SnapshotException? OpenFails { get; set; }

    public bool Shared { get; set; }

    /// <summary>Why OMS may use the databases, as its hosts say; null: it is stopped.</summary>
    public string? InUse { get; set; }

    public Task<ISnapshotStorage> OpenAsync(
        StorageSpec storage, string? @namespace, CancellationToken cancellationToken) =>
        OpenFails is { } refused
            ? Task.FromException<ISnapshotStorage>(refused)
            : Task.FromResult<ISnapshotStorage>(Snapshots);

    // As kubectl does: read again when the operator wrote in between.
    public async Task EditAsync(Func<SnapshotRestore, SnapshotRestore> change)
    {
        while (true)
        {
            try
            {
                await Api.UpdateAsync(change((await GetAsync())!));
                return;
            }
            catch (KubernetesConflictException)
            {
                await Task.Yield();
            }
        }
    }
}
