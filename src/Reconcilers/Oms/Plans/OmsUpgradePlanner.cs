using Phases = Drydock.Crds.OmsUpgrades.OmsUpgradePhases;
using SnapshotVerification = Drydock.Crds.Common.SnapshotVerification;

namespace Drydock.Reconcilers.Oms;

/// <summary>The procedure of an OMS upgrade: compiles its plan from the spec and what preflight found. Pure and
/// deterministic. The order is the vendor's (docs/project/research/oms.md#procedure), with everything that can be done
/// before the first old container stops done before: downtime is T1 to T2. Each line is a phase:
/// <list type="number">
/// <item>PrepareImage provides the image on every node, compares the images, and creates the new containers.</item>
/// <item>TestSchema loads the definitions into a scratch database, unless the backup is only read back.</item>
/// <item>DisableHA disables high availability if it is enabled, and restarts the consoles one after the other.</item>
/// <item>RenameProjects gives all but one of each shared name a new one.</item>
/// <item>StopOld stops every old container (T1).</item>
/// <item>Backup waits until no session is left, checks the project names, and takes the snapshot.</item>
/// <item>StartNew starts every new container and waits for its supervisor.</item>
/// <item>CorrectMetadata stops every new console, and runs the JAR on one node after the other.</item>
/// <item>InitMetadata runs docker_init.sh on one node after the other in the whole system.</item>
/// <item>Verify checks programs, versions, hosts and projects, and restores the restart policies.</item>
/// <item>EnableHA enables high availability if it was enabled or spec asks for it (T2).</item>
/// <item>Settle lists what it finds for the administrator, and fails nothing.</item>
/// </list>
/// What preflight asked is asked again before the first of 3, 4 and 5 that the plan has, and before 5.</summary>
internal sealed class OmsUpgradePlanner(OmsUpgradeSpec spec, OmsDiscovery discovery) : OmsPhases(spec)
{
    private IReadOnlyList<DiscoveredNode> Nodes => discovery.Nodes;
    private UpgradePath.Allowed Path => discovery.Path;
    private OmsTopology Topology => discovery.Topology;
    private string RmDatabase => Topology.RmDatabase;

    // With HTTPS the new console serves nothing else.
    private Uri Console => ConsoleAddress.Of(Nodes[0].HostIP, Nodes[0].ConsolePort, Nodes[0].Https);

    private string FirstChange => discovery.HighAvailability.Enabled ? Phases.DisableHA
        : discovery.Renames.Count > 0 ? Phases.RenameProjects
        : Phases.StopOld;

    private SnapshotVerification Verification =>
        Spec.Backup.Verify == SnapshotVerification.Schema && discovery.NoSchemaTest(Spec.Backup) is not null
            ? SnapshotVerification.ReadBack
            : Spec.Backup.Verify;

    private List<string>? Recipients =>
        Spec.Backup.Encryption is { Recipients: { Count: > 0 } recipients } ? [.. recipients] : null;

    private bool Renames => Spec.Preflight.DuplicateProjectNames == DuplicateNamePolicy.Rename;

    public Plan Compile()
    {
        Built.Acknowledge(Spec.Preflight.Acknowledge);
        Phase(Phases.PrepareImage, PrepareImages);
        Phase(Phases.TestSchema, TestSchema);
        LookBefore(FirstChange);
        Phase(Phases.DisableHA, DisableHighAvailability);
        Phase(Phases.RenameProjects, RenameProjects);
        if (FirstChange != Phases.StopOld)
        {
            // People hold here too, and the time since the first look is not bounded.
            LookBefore(Phases.StopOld);
        }

        Phase(Phases.StopOld, () => OnEach(n => Add(new StopContainer(n.OldContainerId, n.OldContainer), n.Name)));
        Phase(Phases.Backup, Backup);
        Phase(Phases.StartNew, StartNew);
        Phase(Phases.CorrectMetadata, CorrectMetadata);
        Phase(Phases.InitMetadata, InitMetadata);
        Phase(Phases.Verify, Verify);
        Phase(Phases.EnableHA, EnableHighAvailability);
        Phase(Phases.Settle, Settle);
        Guards();
        new OmsPlanNotes(Built, Spec, discovery).Compile();
        return Built.Build();
    }

    private IEnumerable<string> TestSchema() => Verification == SnapshotVerification.ReadBack
        ? []
        : [Add(new TestSchema([.. Topology.Databases], StorageText.Of(Spec.Backup.Storage), Recipients))];

    private void LookBefore(string phase) => Phase(phase, () => [Add(new LookAgain())]);

    private IEnumerable<string> PrepareImages()
    {
        var images = OnEach(n => Add(ImageOf(n), n.Name));
        var compared = Add(new CompareImages([.. Nodes.Select(n => n.Name)]), after: images);
        return OnEach(n => PrepareContainer(n, compared));
    }

    // A new container that was removed is prepared again before it is started.
    private string Prepared(DiscoveredNode node) =>
        Built.Steps.Last(s => s.Phase == Phases.PrepareImage && s.Node == node.Name).Id;

    // The container that reads a file of the host is made of an image that is certainly on that host.
    private static PrepareImage ImageOf(DiscoveredNode node) => new(
        node.Image,
        node.Source switch
        {
            { Present: true } => ImageSource.Present,
            { UnderAnotherName: true } => ImageSource.Tag,
            { Archive: null } => ImageSource.Pull,
            { Archive.IsOnHost: true } => ImageSource.HostArchive,
            _ => ImageSource.Archive,
        },
        node.Source.Id,
        node.Source.Archive?.Path,
        node.Source.Archive?.Storage,
        node.Source.Archive?.Sha256,
        node.Source.Archive is { IsOnHost: true } ? node.OldImageId : null,
        node.Source.Contents);

    private string PrepareContainer(DiscoveredNode node, string last)
    {
        if (node.LeftoverContainerId is { } leftover)
        {
            last = Built.Add(Planned(new RemoveContainer(leftover), node.Name, [last], "remove-leftover") with
            {
                Title = $"Remove {node.NewContainer} of the previous attempt from {node.Name}",
            });
        }

        last = Add(ContainerOf(node), node.Name, [last]);
        if (node.Jar is { } jar)
        {
            var copy = new CopyCorrectionJar(
                node.NewContainer,
                JarLocation.Of(Spec.Correction).Path!,
                jar.Path,
                jar.Sha256,
                jar.Bytes,
                jar.Storage,
                jar.IsOnHost ? node.OldImageId : null);
            last = Add(copy, node.Name, [last]);
        }

        var files = RequiredFiles.Of(Path, Spec, node.Name);
        List<string>? sought = files.Jar is { } location
            ? [.. location.Path is { } given ? [given] : location.UsualPaths(imageDirectory: null)]
            : null;
        return files.Required.Count == 0 && sought is null
            ? last
            : Add(new InspectImageContents(node.NewContainer, [.. files.Required], sought), node.Name, [last]);
    }

    private CreateContainer ContainerOf(DiscoveredNode node)
    {
        var changes = ContainerOverrides.Of(Spec, node.Name);
        return new(
            node.NewContainer,
            node.OldContainerId,
            node.Inherited,
            node.Image,
            node.HostIP,
            Path.Target.IsUpgrade,
            node.Source.Id,
            Spec.Https?.CertificateHostPath,
            Spec.Https?.KeyHostPath,
            ContainerOverrides.Describe(changes),
            ContainerOverrides.Hash(changes));
    }

    private IEnumerable<string> DisableHighAvailability()
    {
        if (!discovery.HighAvailability.Enabled)
        {
            return [];
        }

        var previous = discovery.HighAvailability.Raw ?? "";
        if (Spec.HighAvailability.Method == HighAvailabilityMethod.Manual)
        {
            return [Add(new AwaitManualHighAvailability(RmDatabase, Enable: false, Previous: previous))];
        }

        var written = Add(new DisableHighAvailability(RmDatabase, previous));
        return [Confirm(enabled: false, RestartConsoles(written, n => (n.OldContainer, n.OldHttps)))];
    }

    // All but one of each shared name get a new one while the old version still runs, so that a failure here costs no
    // downtime.
    private IEnumerable<string> RenameProjects()
    {
        List<string> last = [];
        foreach (var (index, batch) in Oms.RenameProjects.Batches(RmDatabase, discovery.Renames).Index())
        {
            last = [Add(batch, after: last.Count > 0 ? last : null, verb: $"batch-{index + 1}")];
        }

        return last;
    }

    private IEnumerable<string> Backup()
    {
        List<string> databases = [.. Topology.Databases];
        IEnumerable<string>? before = Spec.Backup.EndSessions == EndSessionsPolicy.OmsAccount
            ? [Add(new EndSessions(databases, Topology.Account))]
            : null;
        before = [Add(new AwaitNoSessions(databases, [.. Nodes.Select(n => n.HostIP)]), after: before)];
        if (Path.NeedsProjectChecks && (Path.NeedsCorrectionJar || Renames))
        {
            before = [Add(new CheckProjectNames(RmDatabase, Renames), after: before)];
        }

        if (Spec.Backup.TrimHeartbeatSequence)
        {
            var quiesced = before;
            before =
            [
                .. Topology.HeartbeatDatabases
                    .Select(database => Add(new TrimHeartbeatSequence(database), after: quiesced)),
            ];
        }

        var snapshot = new TakeSnapshot(
            databases,
            StorageText.Of(Spec.Backup.Storage),
            Spec.Backup.Tool,
            Spec.Backup.Threads,
            Verification,
            Recipients);
        return [Add(snapshot, after: before)];
    }

    private IEnumerable<string> StartNew() => OnEach(n =>
    {
        var started = Add(new StartContainer(n.NewContainer), n.Name, Before.Append(Prepared(n)));
        return Add(new AwaitSupervisor(n.NewContainer), n.Name, [started]);
    });

    private IEnumerable<string> CorrectMetadata()
    {
        if (!Path.NeedsCorrectionJar)
        {
            return [];
        }

        var last = OnEach(n =>
        {
            var programs = Add(n.Baseline.Programs(n.NewContainer, console: false), n.Name);
            return Add(new StopConsole(n.NewContainer), n.Name, [programs]);
        });
        var jar = JarLocation.Of(Spec.Correction);
        foreach (var (node, isLast) in CorrectionOrder())
        {
            last = [Add(new RunCorrectionJar(node.NewContainer, isLast, jar.Jar, jar.WorkingDir), node.Name, last)];
        }

        return last;
    }

    // One region runs it on every node with -ltrue; several run it on the first node of each, the last region with
    // -ltrue (docs/project/research/oms.md#correction-jar).
    private IEnumerable<(DiscoveredNode Node, bool IsLast)> CorrectionOrder()
    {
        var everyNode = JarLocation.RunsOnEveryNode(Spec.Correction.RunOn, Topology.Regions.Count);
        return from region in Topology.Regions
               from node in everyNode ? region.Nodes : region.Nodes.Take(1)
               select (Node(node), ReferenceEquals(region, Topology.Regions[^1]));
    }

    private IEnumerable<string> InitMetadata()
    {
        if (!Path.NeedsInit)
        {
            return [];
        }

        // One after the other in the whole system: two at a time corrupt the metadata
        // (docs/project/research/oms.md#initialisation).
        var nodes = Topology.Regions
            .SelectMany(region => region.SameConfiguration ? region.Nodes.Take(1) : region.Nodes)
            .Select(Node)
            .ToList();
        var ready = nodes.ToDictionary(n => n.Name, ReadyForInit, StringComparer.Ordinal);
        List<string>? inits = null;
        foreach (var node in nodes)
        {
            var init = new RunDockerInit(
                node.NewContainer,
                Spec.InitMetadata.SuccessMarker ?? Path.Target.SuccessMarker,
                Path.Unlisted is null ? null : $"{Path.From} to {Path.To}",
                Path.KnownFailures.Count == 0 ? null : [.. Path.KnownFailures.Select(Filled)]);
            inits = [Add(init, node.Name, (inits ?? Before).Union(ready[node.Name], StringComparer.Ordinal))];
        }

        foreach (var node in Topology.Regions.Where(r => r.SameConfiguration).SelectMany(r => r.Nodes.Skip(1)))
        {
            Add(new StartConsole(Node(node).NewContainer), node.Name, inits);
        }

        return Built.EndOf(Phases.InitMetadata);
    }

    // What the vendor's guide asks before docker_init.sh is started on a node, on all of them side by side.
    private List<string> ReadyForInit(DiscoveredNode node)
    {
        var programs = node.Baseline.Programs(node.NewContainer, console: false) with
        {
            Settled = Path.Target.ProgramsBeforeInit == ProgramsBeforeInit.All ? [OmsPrograms.Console] : null,
        };
        List<string> ready = [Add(programs, node.Name)];
        if (KubernetesDuration.Parse(Path.Target.WaitBeforeInit) > TimeSpan.Zero)
        {
            ready.Add(Add(new WaitBeforeInit(node.NewContainer, Path.Target.WaitBeforeInit), node.Name));
        }

        return ready;
    }

    private KnownFailure Filled(KnownFailure failure) => failure with
    {
        Advice = failure.Advice
            .Replace("{from}", VersionTable.Spelt(Path.From), StringComparison.Ordinal)
            .Replace("{rm}", RmDatabase, StringComparison.Ordinal)
            .Replace("{write}", VersionTable.Write(RmDatabase, Path.From), StringComparison.Ordinal),
    };

    // What must hold before the upgrade counts as done.
    private IEnumerable<string> Verify()
    {
        var programs = OnEach(n =>
        {
            var checkedPrograms = Add(n.Baseline.Programs(n.NewContainer), n.Name);
            if (Path.Target.Health is { } health)
            {
                var check = new CheckHealth(n.NewContainer, n.ConsolePort, n.Https, health, n.Baseline.Unhealthy);
                Add(check, n.Name, [checkedPrograms]);
            }

            return checkedPrograms;
        });
        OnEach(n => Add(new ReadVersion(n.NewContainer, Path.To.Display), n.Name));
        Add(HostsOnline);
        var projects = new CompareProjects(Console, Path.Target.ProjectApi, Path.ProjectTablesStay ? RmDatabase : null);
        Add(projects, after: programs);
        var verified = Built.Phase(Phases.Verify);
        return OnEach(n => Add(
            new SetRestartPolicy(n.NewContainer, n.RestartPolicy, n.RestartMaximumRetries), n.Name, verified));
    }

    private AwaitHostsOnline HostsOnline => new(
        Topology.CmDatabase,
        [
            .. Topology.Regions.Select(r => new AwaitHostsOnline.Region(
                r.HeartbeatDatabase, [.. r.Nodes.Select(n => n.HostIp)])),
        ],
        discovery.Hosts.Where(h => !h.IsUsual).ToList() is { Count: > 0 } unusual ? unusual : null);

    private IEnumerable<string> EnableHighAvailability()
    {
        // Without the row there is nothing to enable, and a row that this version does not know must not be written.
        var wanted = Spec.HighAvailability;
        var before = discovery.HighAvailability;
        if (!Path.Target.HaConfig
            || (wanted.AfterUpgrade == HighAvailabilityAfterUpgrade.AsBefore && !before.Enabled))
        {
            return [];
        }

        if (wanted.Method == HighAvailabilityMethod.Manual)
        {
            var manual = new AwaitManualHighAvailability(
                RmDatabase,
                Enable: true,
                Previous: before.Raw,
                PerceiveStoreClientCheckpoint: wanted.PerceiveStoreClientCheckpoint,
                RefetchMargin: wanted.RefetchMargin);
            return [Add(manual)];
        }

        var written = Add(new EnableHighAvailability(
            RmDatabase,
            wanted.PerceiveStoreClientCheckpoint,
            wanted.RefetchMargin,
            EnableConnectorRule: Path.NeedsProjectChecks,
            before.Raw));
        return [Confirm(enabled: true, RestartConsoles(written, n => (n.NewContainer, n.Https)))];
    }

    // The new version works: what is found now is a task for the administrator, and no failure of the upgrade.
    private IEnumerable<string> Settle()
    {
        string List(OmsStep step, string? node, IEnumerable<string>? after = null) =>
            Built.Add(Planned(step, node, after) with { OnlyLists = true });

        OnEach(n => List(n.Baseline.Programs(n.NewContainer), n.Name));
        List(HostsOnline, node: null);
        List(new CloseWitnesses(), node: null);
        if (Spec.Preflight.ApiCredentialsSecretRef is not null && Path.Target.ProjectApi)
        {
            List(new AwaitComponents(Console), node: null, Built.Phase(Phases.Settle));
        }

        List<VersionAdvice> advice = [.. Path.Advice];
        if (OmsPlanNotes.Obd(discovery) is { } obd)
        {
            advice.Add(obd);
        }

        var actions = new ListActions(Path.Target.Links(), Path.Target.HaConfig, advice.Count > 0 ? advice : null);
        return [Add(actions, after: Built.Phase(Phases.Settle))];
    }

    private void Guards()
    {
        var verified = Built.Phase(Phases.Verify)[0];
        foreach (var n in Nodes)
        {
            var (old, created) = (n.OldContainerId, Built.Id<CreateContainer>(n.Name));
            Guard<ContainerStaysStopped>(
                new(old, n.OldContainer, Readers: [.. n.Readers]), n.Name, [Built.Id<StopContainer>(n.Name)]);
            var image = Built.Id<PrepareImage>(n.Name);
            Guard<ContainerIsAsPlanned>(new(n.NewContainer, created, image), n.Name, [created]);
            Guard<StatusIsCurrent>(new(n.NewContainer, n.LeftoverContainerId), n.Name, [], verified);
            Guard<ConfigurationStays>(new(old, n.NewContainer, n.Configuration), n.Name, [], verified);
        }

        var server = new MetadataServerStays(
            discovery.Server.Identity, [.. Topology.HeartbeatDatabases], discovery.Server.IsReplica == true);
        Guard(server, null, [], Built.Phase(Phases.Settle)[0]);

        // Where it is off already, it is guarded from the first step on.
        if (discovery.HighAvailability.Present)
        {
            var until = Built.Phase(Phases.EnableHA).Concat(Built.Phase(Phases.Settle)).First();
            Guard<HighAvailabilityStaysOff>(new(RmDatabase), null, Built.Phase(Phases.DisableHA).TakeLast(1), until);
        }

        var snapshot = Built.Id<TakeSnapshot>();
        Guard<SnapshotExists>(new(Step: snapshot), null, [snapshot]);
    }

    private void Guard<TGuard>(TGuard check, string? node, IEnumerable<string> from, string? until = null)
        where TGuard : IGuardCheck =>
        Guard(node is null ? typeof(TGuard).Name : $"{typeof(TGuard).Name}/{node}", node, check, from, until);

    private string Confirm(bool enabled, string after) =>
        Add(new ConfirmHighAvailability(RmDatabase, enabled), after: [after]);

    // One console after the other, so that one of them always serves.
    private string RestartConsoles(string after, Func<DiscoveredNode, (string Container, bool Https)> console)
    {
        foreach (var node in Nodes)
        {
            var (container, https) = console(node);
            var restart = node.Baseline.ConsoleAnswers
                ? new RestartConsole(container, Port: node.ConsolePort, Https: https)
                : new RestartConsole(container);
            after = Add(restart, node.Name, [after]);
        }

        return after;
    }

    private List<string> OnEach(Func<DiscoveredNode, string> add) => [.. Nodes.Select(add)];

    private DiscoveredNode Node(OmsTopologyNode node) =>
        Nodes.First(n => string.Equals(n.Name, node.Name, StringComparison.Ordinal));
}
