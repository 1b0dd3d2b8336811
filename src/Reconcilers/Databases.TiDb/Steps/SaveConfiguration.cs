using System.IO.Compression;
using System.Text;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Saves every instance's configuration file and PD's own configuration (<c>config show all</c>) into a Secret, and
/// into the storage beside the backup (docs/research/tidb.md#procedure). Drainers' files hold the password of their
/// downstream and go into the Secret only. Neither has an owner: what removes the upgrade does not remove them. Once
/// written they are never written again.
/// </summary>
internal sealed class SaveConfiguration(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <summary>Receipt key: name of the Secret.</summary>
    public const string SecretKey = "secret";

    /// <summary>
    /// Fact: PD's schedule limits before the upgrade, as <see cref="Api.PdSchedule.LimitsText"/> writes them.
    /// </summary>
    public const string LimitsFact = "limits";

    /// <summary>Key of PD's configuration in the Secret, and its name in the storage.</summary>
    public const string PdConfig = "pd.json";

    // A Secret holds 1 MiB.
    private const int MostBytes = 900 * 1024;
    private const int AtATime = 8;

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(SecretKey) is not { } name || await Targets.Kubernetes.GetAsync<V1Secret>(name, Targets.Upgrade.Metadata.Namespace, cancellationToken) is not { } secret)
        {
            return new Observation.NotStarted();
        }

        return secret.Metadata.Labels?.GetValueOrDefault(Labels.UpgradeUid) == context.OwnerUid
            ? new Observation.Done($"{secret.Data?.Count ?? 0} files in Secret {name}{(context.OptionalParameter("storage") is null ? "" : " and in the storage of the backup")}")
            : new Observation.Failed(Reasons.StepFailed, $"Secret {name} was not made by this upgrade; delete it, then retry");
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) => context.Step.Receipt?.ContainsKey(SecretKey) == true
        ? context.Step.Receipt
        : new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SecretKey] = TiDbNames.Configuration(Targets.Upgrade.Metadata, context.Plan.AttemptsBefore),
            [LimitsFact] = (await Targets.Pd().ScheduleAsync(cancellationToken)).LimitsText(),
        };

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        var files = await FilesAsync(cancellationToken);
        files[PdConfig] = await Targets.Pd().ConfigTextAsync(cancellationToken);
        var upgrade = Targets.Upgrade.Metadata;
        if (context.OptionalParameter("storage") is { } text)
        {
            var storage = await Targets.Storages.OpenAsync(StorageText.Parse(text, Targets.Settings().Backup.Storage), upgrade.Namespace, cancellationToken);
            var drainers = Spec.Of(DatabaseComponent.Drainer).Select(KeyOf).ToHashSet(StringComparer.Ordinal);
            Targets.EnsureMayAct();
            await SavedConfiguration.WriteAsync(storage, TiDbNames.ConfigurationDirectory(upgrade, context.Plan.AttemptsBefore), files.Where(f => !drainers.Contains(f.Key)), cancellationToken);
        }

        // The Secret comes last: it says that all is saved.
        Targets.EnsureMayAct();
        try
        {
            await Targets.Kubernetes.CreateAsync(Secret(context, files), cancellationToken);
        }
        catch (KubernetesAlreadyExistsException)
        {
            // An earlier life of this attempt made it; the next look reads whose it is.
        }
    }

    private async Task<SortedDictionary<string, string>> FilesAsync(CancellationToken cancellationToken)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var some in Spec.Instances.Chunk(AtATime))
        {
            var read = await Task.WhenAll(some.Select(async i => (Instance: i, Text: await Targets.Hosts.Files(i.Host).ReadAsync(TiDbLayout.ConfigFile(i), cancellationToken))));
            foreach (var (instance, text) in read)
            {
                if (text is not null)
                {
                    files[KeyOf(instance)] = text;
                }
            }
        }

        return files;
    }

    private V1Secret Secret(StepContext context, SortedDictionary<string, string> files)
    {
        var upgrade = Targets.Upgrade.Metadata;
        var plain = files.ToDictionary(f => f.Key, f => Encoding.UTF8.GetBytes(f.Value), StringComparer.Ordinal);
        var data = plain.Values.Sum(b => b.Length) <= MostBytes ? plain : plain.ToDictionary(f => $"{f.Key}.gz", f => Compressed(f.Value), StringComparer.Ordinal);
        if (data.Values.Sum(b => b.Length) > MostBytes)
        {
            throw new StepActionException(Reasons.StepFailed, "the configuration files are too large for a Secret even when compressed; save them by hand and make them shorter", retryable: false);
        }

        return new V1Secret
        {
            Metadata = ChildMetadata.Of(context.Receipt(SecretKey)!, DatabaseRollingUpgrade.KindName, upgrade),
            Type = "Opaque",
            Immutable = true,
            Data = data,
        };
    }

    private static byte[] Compressed(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return result.ToArray();
    }

    private static string KeyOf(DatabaseInstance instance) => $"{instance.Name}.toml";
}
