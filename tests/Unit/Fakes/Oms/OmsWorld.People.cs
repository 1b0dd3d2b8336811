namespace Drydock.Tests.Unit.Fakes;

/// <content>What people do.</content>
internal sealed partial class OmsWorld
{
    /// <summary>A spec, where any one serves.</summary>
    public static OmsUpgradeSpec AnySpec => new OmsWorld().Spec();

    /// <summary>A spec that fits the world, as a person would write it.</summary>
    public OmsUpgradeSpec Spec() => new()
    {
        Approval = ApprovalPolicy.Automatic,
        HoldBefore = [],
        Edition = Setup.Community ? OmsEdition.Community : OmsEdition.Enterprise,
        FromVersion = Spelt(Setup.FromVersion),
        ToVersion = Spelt(Setup.ToVersion),
        Image = NewImageName,
        ImageArchive = Setup.ImagePresent || Setup.ImageInRegistry
            ? null
            : new OmsArchive
            {
                Storage = new StorageSpec { Directory = new DirectoryStorage { Path = ArchiveDirectory } },
                Path = ArchivePath,
                Sha256 = ArchiveSha256
            },
        CurrentContainer = OldName,
        NewContainer = NewName,
        Regions =
        [
            .. Hosts.GroupBy(h => h.Region).Select(region => new OmsRegion
            {
                Name = Setup.Regions == 1 ? "default" : RegionName(region.Key),
                Nodes = [.. region.Select(h => new OmsNode
                {
                    Name = h.Name,
                    HostIP = h.Ip,
                    Docker = new DockerAccess
                    {
                        Endpoint = h.Endpoint,
                        TlsSecretRef = new SecretReference { Name = "docker-tls" }
                    }
                })],
            }),
        ],
        HighAvailability = new HighAvailabilitySpec { Method = HighAvailabilityMethod.Sql },
        Preflight =
            new PreflightSpec { Acknowledge = [Reasons.ForwardSwitchoverUnknown, Reasons.SyncProjectsWithoutDbType] },
        Backup =
            new BackupSpec { Storage = new StorageSpec { Directory = new DirectoryStorage { Path = "/snapshots" } } },
    };

    /// <summary>kubectl apply of a new upgrade.</summary>
    public OmsWorld Apply(Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null, string? name = null)
    {
        var spec = Spec();
        Api.Create(new OmsUpgrade
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = OmsUpgrade.KindName,
            Metadata = new V1ObjectMeta { Name = name ?? Setup.Name, Namespace = Namespace },
            Spec = change is null ? spec : change(spec),
        });
        return this;
    }

    /// <summary>A spec under which high availability that was off stays off.</summary>
    public static OmsUpgradeSpec AsBefore(OmsUpgradeSpec spec, bool haOff) => haOff
        ? spec with
        {
            HighAvailability = spec.HighAvailability with { AfterUpgrade = HighAvailabilityAfterUpgrade.AsBefore }
        }
        : spec;

    public void EditSpec(Func<OmsUpgradeSpec, OmsUpgradeSpec> change, string? name = null)
    {
        var upgrade = Api.Find<OmsUpgrade>(Namespace, name ?? Setup.Name)!;
        Api.Update(upgrade with { Spec = change(upgrade.Spec) });
    }

    public void Annotate(string key, string value, string? name = null) => Api.PatchMetadata<OmsUpgrade>(
        Namespace, name ?? Setup.Name, m => m with
        {
            Annotations = new Dictionary<string, string>(
                m.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal)
            {
                [key] = value
            }
        });

    /// <summary>The retry that counts now.</summary>
    public string RetryWord => Word.For(Word.Retry, Status.Retried());

    /// <summary>The retry that also approves the restore of the databases, which a lost command needs.</summary>
    public string RestoreWord => WordFor("RestoreDatabases");

    /// <summary>Approves that the old containers go.</summary>
    public void RemoveOldContainers() => Annotate(Annotations.Approve, Word.For(Reasons.RemoveOldContainers, Plan));

    public void Unannotate(string key) => Api.PatchMetadata<OmsUpgrade>(Namespace, Setup.Name, m => m with
    {
        Annotations = m.Annotations?.Where(a => a.Key != key).ToDictionary(StringComparer.Ordinal)
    });

    public void Retry() => Annotate(Annotations.Retry, RetryWord);

    public void RetryOnRestoredData() => Annotate(Annotations.Retry, RestoreWord);

    /// <summary>The approval of a hold of the upgrade.</summary>
    public string WordFor(string hold) => Word.For(hold, Plan);

    /// <summary>What the status says of the run: what happened, and what to do.</summary>
    public string Said => $"{Status.Message} {Status.NextAction}";

    /// <summary>The approval of a hold of the rollback.</summary>
    public string BackWord(string hold) => Word.For(hold, Status.RollbackPlan!);

    /// <summary>The acceptance of the last failure of a step, or violation of a guard.</summary>
    public string AcceptWord(string id)
    {
        var plan = Status.Retried();
        return Word.For(
            id,
            plan.Steps.Find(s => s.Id == id)?.Record.Failures ?? plan.Guards.Single(g => g.Id == id).Record.Failures,
            plan);
    }

    /// <summary>Waits for something; if an operator was killed between the mark of a word and its record, somebody
    /// gives the next word.</summary>
    public void RunInsisting(Func<bool> condition, string what, Action again)
    {
        RunUntil(
            () => condition() || Status.Message?.Contains("that it was used before", StringComparison.Ordinal) == true,
            what);
        if (!condition())
        {
            again();
            RunUntil(condition, what);
        }
    }


    public void Delete(string? name = null) => Api.Delete<OmsUpgrade>(Namespace, name ?? Setup.Name);

    public bool IsGone(string? name = null) => Api.Find<OmsUpgrade>(Namespace, name ?? Setup.Name) is null;

    /// <summary>docker create of another container on a host, of the old image unless another one is given.</summary>
    public WorldContainer Another(
        string host, string name, IReadOnlyList<string> binds, WorldImage? image = null, RestartPolicy? policy = null,
        params (string Name, string Value)[] labels)
    {
        var (on, old) = (this[host], Old(host));
        var config = (image ?? old.Image).Merge(new ContainerConfig
        {
            Image = image?.Reference ?? old.Config.Image,
            Labels = labels.ToDictionary(l => l.Name, l => l.Value, StringComparer.Ordinal)
        });
        var made = new WorldContainer(
            this, on, name, image ?? old.Image, config, new HostConfig { Binds = binds, RestartPolicy = policy });
        on.Containers.Add(made);
        on.Emit(made, "create");
        return made;
    }

    /// <summary>docker rm, or a prune.</summary>
    public void Remove(WorldContainer container)
    {
        container.Host.Containers.Remove(container);
        container.Host.Emit(container, "destroy");
    }

    public WorldContainer? New(string host) => this[host].Find(NewName);

    public WorldContainer Old(string host) => this[host].Find(OldName)!;

    /// <summary>
    /// The end state, without what may differ between a disturbed and an undisturbed run: ids, times, counters,
    /// messages.
    /// </summary>
    public string EndState()
    {
        var lines = new List<string>();
        foreach (var host in Hosts)
        {
            lines.AddRange(host.Containers.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => string.Create(
                CultureInfo.InvariantCulture,
                $"{host.Name} {c.Name} {c.Status} {c.Image.Version} restart={c.HostConfig.RestartPolicy?.Name} "
                + $"autostart={c.ConsoleAutostart} env={string.Join(',', c.Config.Env ?? [])} "
                + $"binds={string.Join(',', c.HostConfig.Binds ?? [])} "
                + $"programs="
                + $"{string.Join(',', c.Programs.OrderBy(p => p.Key, StringComparer.Ordinal)
                    .Select(p => $"{p.Key}:{p.Value.State}"))}")));
            lines.AddRange(host.References.Select(r => $"{host.Name} image {r.Key} {r.Value[..15]}"));
        }

        lines.Add($"ha.config {Metadata.HaConfig}");
        lines.Add($"databases {Metadata.Contents}");
        lines.AddRange(Metadata.HeartbeatRows.Select(r => $"{r.Key} rows {r.Value}"));
        lines.AddRange(Api.All<V1Lease>().Select(l => $"lease {l.Metadata.Name} {l.Spec.HolderIdentity}"));
        lines.AddRange(
            Api.All<BackupSnapshot>().Select(s => $"snapshot {WithoutAttempt(s.Metadata.Name)} {s.Status?.Phase}"));
        lines.AddRange(
            Api.All<SnapshotRestore>().Select(r => $"restore {WithoutAttempt(r.Metadata.Name)} {r.Status?.Phase}"));
        lines.AddRange(Api.All<V1Secret>().Select(s => $"secret {WithoutAttempt(s.Metadata.Name)}"));
        lines.AddRange(Api.All<V1ConfigMap>().Select(m => $"configmap {m.Metadata.Name}"));
        foreach (var upgrade in Api.All<OmsUpgrade>())
        {
            lines.Add(
                $"upgrade {upgrade.Metadata.Name} {upgrade.Status?.Phase} {upgrade.Status?.Progress} "
                + $"hash={upgrade.Status?.Plan?.Hash} "
                + $"finalizers={string.Join(',', upgrade.Metadata.Finalizers ?? [])}");
            lines.AddRange((upgrade.Status?.Conditions ?? []).Select(c => $"  {c.Type} {c.Status} {c.Reason}"));
            lines.AddRange((upgrade.Status?.Plan?.Steps ?? []).Select(
                s => $"  {s.Id} {s.State} {WithoutAttempt(s.Record.OutputRef)}"));
            lines.AddRange((upgrade.Status?.RollbackPlan?.Steps ?? []).Select(
                s => $"  {s.Id} {s.State} {WithoutAttempt(JsonSerializer.Serialize(s.Parameters))}"));
            lines.AddRange((upgrade.Status?.CleanupPlan?.Steps ?? []).Select(s => $"  {s.Id} {s.State}"));
            lines.AddRange(
                (upgrade.Status?.ActionRequired ?? []).Select(a => $"  action {a.Reason} {WithoutAttempt(a.Subject)}"));
        }

        return string.Join('\n', lines);
    }

    /// <summary>No two plans of a world have the same.</summary>
    public string NextPlanId() => string.Create(CultureInfo.InvariantCulture, $"plan{++_plans:D4}");

    /// <summary>The name of what an attempt of a plan made.</summary>
    public static string Made(PlanProgress? plan, int attempt = 1, string what = "") => string.Create(
        CultureInfo.InvariantCulture, $"up-00000003-{plan!.Number}-{plan.Id}{what}-{attempt}");

    // Names of what an attempt made end with its number, after number and random id of its plan.
    private static string? WithoutAttempt(string? name) =>
        name is null ? null : MadeByAttempt().Replace(name, "${what}");

    [GeneratedRegex(
        "-[0-9]+-[0-9a-z]{8}(?<what>(-[a-z]+)*)-[0-9]+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex MadeByAttempt();
}
