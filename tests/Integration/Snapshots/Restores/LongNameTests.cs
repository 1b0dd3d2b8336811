using Drydock.Crds.Plans;
using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Crds;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.SnapshotRestores;
using Drydock.Runs;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Tests.Integration.Snapshots.Restores;

/// <summary>The children of an upgrade with the longest legal name, on a real API server.</summary>
public sealed class LongNameTests(LabFixture lab)
{
    private static readonly string Longest = string.Concat(Enumerable.Repeat("platform-", 27)) + "upgrade.of";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Children_of_upgrade_with_name_of_253_characters_are_accepted()
    {
        Longest.Length.ShouldBe(253);
        var plane = await ServedCrds.OnSharedPlaneAsync(lab);
        using var client = new KubernetesClient(
            KubeConfig.BuildConfigFromConfigFile(plane.AdminKubeconfig),
            KubernetesJson.CreateOptions(CrdsJsonContext.Default));
        var space = await lab.NewNamespaceAsync("long");
        var owner = new V1ObjectMeta { Name = Longest, Namespace = space, Uid = Guid.NewGuid().ToString() };

        var step = new StoredStep { Id = "InitMetadata/node", Attempt = 12 }.AsStep();
        var made = new StepContext
        {
            OwnerUid = owner.Uid,
            Plan = new StoredPlan { Number = 100, Id = "k7f2m9x1" }.AsRun(),
            Step = step,
            Time = TimeProvider.System
        };
        foreach (var meta in new[]
        {
            ChildMetadata.Owned(SnapshotNames.Credentials(owner), OmsUpgrade.KindName, owner),
            ChildMetadata.Owned(
                ObjectNames.Overflow(owner, "InitMetadata/" + new string('n', 180), "12"), OmsUpgrade.KindName, owner),
            ChildMetadata.Of(ObjectNames.OfStep(owner, made, "configuration"), DatabaseRollingUpgrade.KindName, owner)
                .MadeBy(made),
        })
        {
            (await client.CreateAsync(new V1Secret { Metadata = meta, Type = "Opaque" }, Token)).Metadata.Annotations
                .ShouldNotBeNull()[Annotations.Upgrade].ShouldBe(Longest);
        }

        var source = new DatabaseSource
        {
            Host = "192.0.2.50",
            CredentialsSecretRef = new SecretReference { Name = SnapshotNames.Credentials(owner) }
        };
        foreach (var name
            in new[] { ObjectNames.OfStep(owner, made), ObjectNames.OfStep(owner, made, SnapshotNames.BeforeRollback) })
        {
            await client.CreateAsync(
                new BackupSnapshot
                {
                    ApiVersion = ApiGroup.ApiVersion,
                    Kind = BackupSnapshot.KindName,
                    Metadata = ChildMetadata.Of(name, OmsUpgrade.KindName, owner),
                    Spec = new BackupSnapshotSpec
                    {
                        Source = source,
                        Databases = ["rm"],
                        Storage = new StorageSpec
                        {
                            Directory = new Drydock.Crds.Common.DirectoryStorage { Path = "/snapshots" }
                        }
                    },
                },
                Token);
        }

        await client.CreateAsync(
            new SnapshotRestore
            {
                ApiVersion = ApiGroup.ApiVersion,
                Kind = SnapshotRestore.KindName,
                Metadata = ChildMetadata.Owned(
                    ObjectNames.OfStep(owner, made, SnapshotNames.Restore), OmsUpgrade.KindName, owner),
                Spec = new SnapshotRestoreSpec
                {
                    SnapshotRef = new SnapshotReference { Name = ObjectNames.OfStep(owner, made) },
                    Target = source,
                    Databases = ["rm"],
                },
            },
            Token);
        var upgrade = new OmsUpgrade { Kind = OmsUpgrade.KindName, Metadata = owner };
        (await new TargetClaims(client, space, TimeProvider.System).ClaimAsync(
            new ClaimTarget("uuid:6f1c/rm", ["db1:3306"]), upgrade, adopt: null, keep: false, Token)).ShouldBeNull();
    }
}
