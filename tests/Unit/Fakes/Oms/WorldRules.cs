namespace Drydock.Tests.Unit.Fakes;

/// <summary>What OMS would punish, noted instead.</summary>
internal sealed class WorldRules(OmsWorld world)
{
    private readonly HashSet<string> _corrected = new(StringComparer.Ordinal);
    private readonly List<(WorldContainer Container, string Kind, int Run)> _underWay = [];
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly HashSet<string> _initialized = new(StringComparer.Ordinal);

    /// <summary>Each mistake, in words.</summary>
    public List<string> Broken { get; } = [];

    public void Started(WorldContainer container)
    {
        if (!container.IsOms)
        {
            return;
        }

        if (container.Image.Version == world.Setup.ToVersion)
        {
            Check(
                container.IsUpgrade == (OmsVersion.Parse(world.Setup.ToVersion) >= new OmsVersion(3, 3, 1)),
                $"{container.Name} on {container.Host.Name} was started with the wrong IS_UPGRADE: its data is wiped");
            Check(
                world.Snapshots.Verified > 0,
                $"{container.Name} on {container.Host.Name} was started before a dump was verified");
            Check(
                !world.Metadata.IsHighAvailabilityOn,
                $"{container.Name} on {container.Host.Name} was started with high availability on");
        }

        else
        {
            Check(
                world.Metadata.Contents == container.Image.Version || world.Setup.PeopleMayStartOld,
                $"{container.Name} on {container.Host.Name} was started on databases that are "
                + $"{world.Metadata.Contents}");
        }

        var versions = world.Hosts.SelectMany(h => h.Containers).Where(c => c is { IsRunning: true, IsOms: true })
            .Select(c => c.Image.Version).Distinct(StringComparer.Ordinal).Count();
        Check(
            versions <= 1 || world.Setup.PeopleMayStartOld,
            $"old and new run at one time once {container.Name} on {container.Host.Name} was started");
        Check(
            container.Host.Containers.Count(c => c is { IsRunning: true, IsOms: true }) <= 1
                || world.Setup.PeopleMayStartOld,
            $"old and new run together on {container.Host.Name}");
    }

    public void StopAsked(WorldContainer container) => Check(
        !world.Metadata.IsHighAvailabilityOn,
        $"{container.Name} on {container.Host.Name} was stopped with high availability on");

    public void RunOnceBegan(WorldContainer container, string kind, IReadOnlyList<string> command)
    {
        Check(
            _underWay.Count == 0, $"{kind} on {container.Host.Name} began while "
                + $"{string.Join(", ", _underWay.Select(u => $"{u.Kind} on {u.Container.Host.Name}"))} ran");
        _underWay.Add((container, kind, container.Run));
        if (kind == "jar")
        {
            Check(!_corrected.Contains(container.Host.Name), $"the JAR ran twice on {container.Host.Name}");
            Check(
                world.Hosts.TrueForAll(h => h.Containers.TrueForAll(
                    c => c.Programs.GetValueOrDefault("oms_console") is not { IsUp: true })),
                $"the JAR on {container.Host.Name} ran while a console did");
            var last = container.Host.Region == world.Setup.Regions - 1;
            Check(
                command.Contains(last ? "-ltrue" : "-lfalse"),
                $"the JAR on {container.Host.Name} needs -l{(last ? "true" : "false")}");
            Check(_initialized.Count == 0, "the JAR ran after docker_init.sh");
            Check(JarHosts.Contains(container.Host), $"the JAR has no business on {container.Host.Name}");
        }
        else
        {
            Check(
                !world.Setup.NeedsJar || JarHosts.All(h => _corrected.Contains(h.Name)),
                $"docker_init.sh on {container.Host.Name} ran before the JAR had run everywhere");
            Check(
                !_initialized.Contains(InitKey(container.Host)),
                $"docker_init.sh ran again on {container.Host.Name} after it had succeeded");
        }
    }

    public void RunOnceEnded(WorldContainer container, string kind, bool completed, int run)
    {
        // One whose container ended under it was counted then.
        if (_underWay.Remove((container, kind, run)) && !completed && kind == "jar")
        {
            _corrected.Add(container.Host.Name);
        }
    }

    /// <summary>A container ended, and what ran in it: nobody knows how far a JAR came.</summary>
    public void Stopped(WorldContainer container, int run)
    {
        foreach (var ended in _underWay.Where(u => u.Container == container && u.Run == run).ToList())
        {
            RunOnceEnded(container, ended.Kind, completed: false, run);
        }
    }


    /// <summary>A restore drops databases.</summary>
    public void Dropped(SnapshotRestoreSpec spec)
    {
        Check(world.Metadata.OmsSessions.Count == 0, "databases were dropped while OMS was connected");
        Check(
            world.Hosts.TrueForAll(h => h.Containers.TrueForAll(c => c is not { IsRunning: true, IsOms: true })),
            "databases were dropped while a container ran");
        Check(
            spec.Databases.ToHashSet(StringComparer.Ordinal).SetEquals(world.Metadata.Databases.Keys),
            $"only {string.Join(", ", spec.Databases)} were restored");
    }

    /// <summary>The databases are as before everything that ran once.</summary>
    public void Restored()
    {
        _corrected.Clear();
        _initialized.Clear();
    }

    public void Corrected(WorldContainer container) => _corrected.Add(container.Host.Name);

    public void Initialized(WorldContainer container)
    {
        if (container.IsRunning)
        {
            _initialized.Add(InitKey(container.Host));
        }
        else
        {
            _initialized.Remove(InitKey(container.Host));
        }
    }

    private IReadOnlyList<WorldHost> JarHosts =>
        [.. world.Setup.JarOn?.Invoke(world)
            ?? (world.Setup.Regions == 1 ? world.Hosts : world.Hosts.GroupBy(h => h.Region).Select(r => r.First()))];

    // Once in a region, or on each of its hosts where their cm_nodes differ.
    private string InitKey(WorldHost host) =>
        world.Setup.CmNodes is null && !world.Setup.InitsEveryHost ? $"region {host.Region}" : host.Name;

    /// <summary>People read what is written in a status.</summary>
    public void Read(OmsUpgradeStatus status)
    {
        if (status.Summary?.Contains("former version runs", StringComparison.Ordinal) == true
            && status.Phase != RunPhases.RolledBack && !status.IsRolledBack())
        {
            Broken.Add($"{status.Phase}, and the summary is: {status.Summary}");
        }

        foreach (var text in MessageFaults.Texts(status).Where(_read.Add))
        {
            Broken.AddRange(MessageFaults.Of(text));
        }
    }

    public void Check(bool isRight, string wrong)
    {
        if (!isRight)
        {
            Broken.Add(wrong);
        }
    }
}
