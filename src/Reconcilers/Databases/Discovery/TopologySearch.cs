namespace Drydock.Reconcilers.Databases;

/// <summary>Finds what a spec leaves out: the processes of the database from one of them on, then their directories and
/// control on the hosts. Changes nothing.</summary>
/// <param name="bind">Is told what is known so far, so that the engine can ask the processes that were found.</param>
internal sealed class TopologySearch(
    DatabaseRollingUpgradeSpec spec, IEngineTargets engine,
    Func<string, CancellationToken, Task<IReadOnlyList<HostProcess>>> look, Action<DatabaseInventory> bind,
    Findings findings)
{
    // PD and stores; their hosts; the SQL servers; what these know of; the hosts of that.
    private const int MostRounds = 6;

    private readonly Dictionary<string, IReadOnlyList<HostProcess>> _looked = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<FoundMember> _members = [];
    private readonly HashSet<(DatabaseComponent Component, string Host, int Port)> _known = [];

    /// <summary>Searches; null, with findings, if something is missing or uncertain.</summary>
    public async Task<DatabaseInventory?> RunAsync(CancellationToken cancellationToken)
    {
        Take(spec.Instances.Select(i => new FoundMember(
            i.Component, i.Host, DefaultPorts.Service(spec, i), "spec.instances")
        {
            Name = i.Name,
            StatusPort = i.StatusPort,
        }));
        if (spec.DiscoverFrom is { } seed)
        {
            await FindMembersAsync(seed, cancellationToken);
        }
        else
        {
            await LookAtAsync(
                spec.Instances.Where(i => !DatabaseSpecCompletion.IsDescribed(spec, i)).Select(i => i.Host),
                cancellationToken);
        }

        if (findings.Any)
        {
            return null;
        }

        var inventory = Inventory(Describe);
        return findings.Any ? null : inventory;
    }

    private async Task FindMembersAsync(string seed, CancellationToken cancellationToken)
    {
        IReadOnlyList<Finding> open = [];
        var seeds = seed.Split(',');
        for (var round = 1; round <= MostRounds; round++)
        {
            var before = (_members.Count, _looked.Count);
            var found = await AskAsync(seeds, cancellationToken);
            open = found.Findings;
            if (!Take(found.Members))
            {
                // The answer of a cluster must not decide how many hosts are connected to.
                findings.Add(
                    Reasons.InstancesDiffer,
                    $"The cluster at {seed} lists more than {SchemaLimits.Instances} processes, and an upgrade "
                            + $"takes at most {SchemaLimits.Instances}. No further host is connected to. Check that "
                            + "spec.discoverFrom is the cluster that you mean, or list its processes in "
                            + "spec.instances.",
                    field: MemberSearch.Field);
                return;
            }

            bind(Inventory(Entry));
            await LookAtAsync(_members.Select(m => m.Host), cancellationToken);
            if ((_members.Count, _looked.Count) == before)
            {
                break;
            }
        }

        findings.Add(open);
    }

    // The address that answers is asked first in the next round.
    private async Task<FoundMembers> AskAsync(string[] seeds, CancellationToken cancellationToken)
    {
        var failed = new List<Finding>();
        for (var i = 0; i < seeds.Length; i++)
        {
            var search = MemberSearch.Of(seeds[i], [.. _looked.Values.SelectMany(p => p)]);
            var found = await engine.FindMembersAsync(search, cancellationToken);
            if (found.Members.Count > 0)
            {
                (seeds[0], seeds[i]) = (seeds[i], seeds[0]);
                return found;
            }

            failed.AddRange(found.Findings);
        }

        return new FoundMembers([], failed);
    }

    // False if there are too many.
    private bool Take(IEnumerable<FoundMember> members)
    {
        foreach (var member in members)
        {
            if (_known.Add((member.Component, member.Host.ToUpperInvariant(), member.Port)))
            {
                _members.Add(member);
            }

            if (_members.Count > SchemaLimits.Instances)
            {
                return false;
            }
        }

        return true;
    }

    private async Task LookAtAsync(IEnumerable<string> hosts, CancellationToken cancellationToken)
    {
        var unseen = hosts.Distinct(StringComparer.OrdinalIgnoreCase).Where(h => !_looked.ContainsKey(h)).ToList();
        var seen = await SideBySide.EachAsync(
            unseen,
            (host, token) => findings.LookAsync<IReadOnlyList<HostProcess>>(async () => await look(host, token), host),
            cancellationToken);
        foreach (var (host, processes) in unseen.Zip(seen))
        {
            _looked[host] = processes ?? [];
        }
    }

    private DatabaseInventory Inventory(Func<FoundMember, string, InventoryInstance?> entry)
    {
        var taken = spec.Instances.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        var instances = new List<InventoryInstance>();
        foreach (var member in _members.OrderBy(m => m.Component).ThenBy(m => Sortable(m.Host), StringComparer.Ordinal)
            .ThenBy(m => m.Port))
        {
            var written = spec.Instances.Find(i => i.Component == member.Component
                && DefaultPorts.Service(spec, i) == member.Port
                && string.Equals(i.Host, member.Host, StringComparison.OrdinalIgnoreCase));
            var name = written?.Name ?? InstanceNames.Of(spec, member, taken);
            taken.Add(name);
            if (entry(member, name) is { } known)
            {
                instances.Add(known);
            }
        }

        return new DatabaseInventory { Instances = instances };
    }

    private static InventoryInstance Entry(FoundMember member, string name) => new()
    {
        Name = name,
        Component = member.Component,
        Host = member.Host,
        Port = member.Port,
        StatusPort = member.StatusPort,
        FoundIn = member.FoundIn,
    };

    // Null for an instance that the spec describes and that was not looked for.
    private InventoryInstance? Describe(FoundMember member, string name)
    {
        var instance = spec.Instances.Find(i => i.Name == name)
            ?? new DatabaseInstance
            {
                Name = name,
                Component = member.Component,
                Host = member.Host,
                Port = member.Port,
            };
        var (control, directory) = (spec.ControlOf(instance), spec.DeployDirOf(instance, member.Port));
        if (control is not null && directory is not null)
        {
            return spec.DiscoverFrom is null ? null : Entry(member, name);
        }

        if (ProcessOf(member, name) is not { } process)
        {
            return null;
        }

        var settings = ProcessSettings.Of(process, member.Component);
        if (directory is null && settings.DeployDirProblem is { } where)
        {
            Unknown(
                member,
                $"Where {name} is installed on {member.Host} is not certain: {where} (pid {Pid(process)}). Set "
                    + "deployDir of the instance, of its component in spec.processes, or in spec.instanceDefaults.",
                name, "deployDir");
        }

        if (control is null && settings.ControlProblem is { } how)
        {
            Unknown(
                member,
                $"How {name} on {member.Host} is started and stopped is not certain: {how} (pid {Pid(process)}). Set "
                    + "control of the instance, of its component in spec.processes, or in spec.instanceDefaults.",
                name, "control");
        }

        return Entry(member, name) with
        {
            DeployDir = directory is null ? settings.DeployDir : null,
            DataDir = settings.DataDir,
            ConfigFile = settings.ConfigFile,
            Control = control is null ? settings.Control : null,
        };
    }

    private HostProcess? ProcessOf(FoundMember member, string name)
    {
        var program = ProgramNames.Of(spec, member.Component);
        var running = _looked.GetValueOrDefault(member.Host, []).Where(p => p.Program == program).ToList();
        var listening = running.FindAll(p => p.Ports.Contains(member.Port));
        var isAlone = _members.Count(m => m.Component == member.Component
            && string.Equals(m.Host, member.Host, StringComparison.OrdinalIgnoreCase)) == 1;
        if (listening.Count == 1 || (running.Count == 1 && isAlone && running[0].Ports.Count == 0))
        {
            return listening.Count == 1 ? listening[0] : running[0];
        }

        var seen = running.Count == 0
            ? $"no process of {program} runs there"
            : $"of {Sentences.List([.. running.Select(p => $"pid {Pid(p)}")], 6)} "
                + (listening.Count == 0 ? "none listens" : "more than one listens") + " on that port";
        Unknown(
            member,
            $"The process of {name} ({member.Host}:{$"{member.Port}"}) was not found "
                + $"on its host: {seen}. Start it, or set deployDir and control of the instance in spec.instances.",
            name, "control");
        return null;
    }

    private void Unknown(FoundMember member, string message, string name, string field) =>
        findings.Add(Reasons.ControlMismatch, message, name, $"spec.instances[{name}].{field}");

    private static string Pid(HostProcess process) => $"{process.Pid}";

    // 10.0.1.9 comes before 10.0.1.10.
    private static string Sortable(string host) => string.Concat(host.ToLowerInvariant().Split('.', '-').Select(
        part => part.All(char.IsAsciiDigit) ? part.PadLeft(5, '0') + "." : part + "."));
}

/// <summary>A process as the cluster itself knows it.</summary>
/// <param name="Host">Its host, as the other processes of the database use it.</param>
/// <param name="FoundIn">Who reported it: PD, /info/all of a TiDB, a host.</param>
internal sealed record FoundMember(DatabaseComponent Component, string Host, int Port, string FoundIn)
{
    public int? StatusPort { get; init; }
    public string? Name { get; init; }
}

/// <summary>The members that a search found with what it knew so far.</summary>
/// <param name="Findings">Why some may be missing.</param>
internal sealed record FoundMembers(IReadOnlyList<FoundMember> Members, IReadOnlyList<Finding> Findings);

/// <summary>What a search for members may use.</summary>
/// <param name="Port">Its port; null without one.</param>
/// <param name="Processes">The processes that were found on the hosts so far.</param>
internal sealed record MemberSearch(string Host, int? Port, IReadOnlyList<HostProcess> Processes)
{
    public const string Field = "spec.discoverFrom";

    /// <summary>Reads spec.discoverFrom: HOST or HOST:PORT; what has more than one colon is an IPv6 address.</summary>
    public static MemberSearch Of(string seed, IReadOnlyList<HostProcess> processes) =>
        seed.Split(':') is [var host, var port]
            && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new MemberSearch(host, number, processes)
            : new MemberSearch(seed, null, processes);
}

/// <summary>Names of processes that the spec does not name. They follow from the process alone, so that the same
/// cluster gives the same names on every look, also after another process has joined. Pure.</summary>
internal static partial class InstanceNames
{
    private const int LongestHost = 44;

    /// <summary>The name: of a member that has one of its own that one, otherwise COMPONENT-HOST, with the port if that
    /// is not the default.</summary>
    /// <param name="spec">For the default ports.</param>
    public static string Of(DatabaseRollingUpgradeSpec spec, FoundMember member, IReadOnlySet<string> taken)
    {
        if (member.Name is { Length: <= SchemaLimits.ShortName } own && Label().IsMatch(own) && !taken.Contains(own))
        {
            return own;
        }

        var component = member.Component.ToString().ToLowerInvariant();
        var usual = DefaultPorts.Service(
            spec, new DatabaseInstance { Component = member.Component, Host = member.Host });
        var name = $"{component}-{Host(member.Host)}";
        var full = $"{name}-{member.Port}";
        return member.Port == usual && !taken.Contains(name) ? name : full;
    }

    private static string Host(string host)
    {
        var text = Others().Replace(host.ToLowerInvariant(), "-").Trim('-');
        return text.Length <= LongestHost ? text : $"{text[..(LongestHost - 9)]}-{Short(host)}";
    }

    private static string Short(string host) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(host)))[..8];

    [GeneratedRegex(Patterns.Label, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Others();
}
