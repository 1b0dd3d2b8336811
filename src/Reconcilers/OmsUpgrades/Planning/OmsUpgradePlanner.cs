using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.OmsUpgrades.Discovery;
using Drydock.Reconcilers.OmsUpgrades.Domain;
using Drydock.Reconcilers.OmsUpgrades.Guards;
using Drydock.Reconcilers.OmsUpgrades.Steps;

namespace Drydock.Reconcilers.OmsUpgrades.Planning;

/// <summary>
/// Compiles the plan of an OMS upgrade from the spec and what preflight found. Pure and deterministic. The order is the runbook's
/// (oms-ee-3.2.2-to-4.2.2-multi-node §4), with everything that can be done before the first old container stops done before: downtime is T1 to T2.
/// </summary>
public sealed class OmsUpgradePlanner(OmsUpgradeSpec spec, OmsDiscovery discovery)
{
    private readonly PlanBuilder _plan = new();
    private List<string> _barrier = [];

    private IReadOnlyList<DiscoveredNode> Nodes => discovery.Nodes;

    /// <summary>Compiles the plan.</summary>
    public Plan Compile()
    {
        Phase(PrepareImage);
        Phase(DisableHighAvailability);
        Phase(StopOld);
        Phase(Backup);
        Phase(StartNew);
        Phase(CorrectMetadata);
        Phase(InitMetadata);
        Phase(Verify);
        Phase(EnableHighAvailability);
        Phase(Settle);
        new OmsGuardPlanner(_plan, discovery).Compile();
        new OmsPlanNotes(_plan, spec, discovery).Compile();
        return _plan.Build();
    }

    // Every phase waits for all of the one before; what a phase returns is what the next one waits for.
    private void Phase(Func<List<string>> compile)
    {
        var last = compile();
        if (last.Count > 0)
        {
            _barrier = last;
        }
    }

    private List<string> PrepareImage()
    {
        foreach (var node in Nodes)
        {
            _plan.Add(Step(StepIds.Image(node.Name), OmsActions.PrepareImage, node.Name, $"image on {node.Name}", [], attempts: 5, new(StringComparer.Ordinal)
            {
                ["image"] = node.Image,
                ["imageId"] = node.ImageId ?? "",
                ["source"] = node.ImagePresent ? "Present" : node.ImageUnderAnotherName ? "Tag" : node.ArchivePath is null ? "Pull" : "Archive",
                ["archive"] = node.ArchivePath ?? "",
                ["archiveDirectory"] = node.ArchiveDirectory ?? "",
                ["archiveSha256"] = node.ArchiveSha256 ?? "",
            }));
        }

        _plan.Add(Step(StepIds.ImagesCompared, OmsActions.CompareImages, null, "same image ID on every node", [.. Nodes.Select(n => StepIds.Image(n.Name))], attempts: 1, new(StringComparer.Ordinal)
        {
            ["nodes"] = string.Join(',', Nodes.Select(n => n.Name)),
        }));
        foreach (var node in Nodes)
        {
            _plan.Add(Step(StepIds.Create(node.Name), OmsActions.CreateContainer, node.Name, $"create {node.NewContainer} on {node.Name}, not started", [StepIds.ImagesCompared], attempts: 5, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
                ["oldContainerId"] = node.OldContainerId,
                ["image"] = node.Image,
                ["imageId"] = node.ImageId ?? "",
                ["binds"] = string.Join('\n', node.Binds),
                ["environment"] = string.Join(',', node.EnvironmentNames),
                ["hostIP"] = node.HostIP,
                ["isUpgrade"] = Flag(discovery.Path.NeedsIsUpgrade),
            }));
            _plan.Add(Step(StepIds.Contents(node.Name), OmsActions.InspectImageContents, node.Name, $"docker_init.sh and JAR in the image on {node.Name}", [StepIds.Create(node.Name)], attempts: 3, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
                ["paths"] = string.Join(',', RequiredPaths()),
            }));
        }

        return [.. Nodes.Select(n => StepIds.Contents(n.Name))];
    }

    private List<string> DisableHighAvailability()
    {
        if (!discovery.HighAvailability.Enabled)
        {
            return [];
        }

        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["database"] = discovery.Metadata.RmDatabase,
            ["previous"] = discovery.HighAvailability.Raw ?? "",
        };
        if (spec.HighAvailability.Method == HighAvailabilityMethod.Manual)
        {
            parameters["wanted"] = "off";
            return [_plan.Add(Step(StepIds.DisableHA, OmsActions.AwaitManualHighAvailability, null, "high availability switched off by a person", _barrier, attempts: 1, parameters))];
        }

        _plan.Add(Step(StepIds.DisableHA, OmsActions.DisableHighAvailability, null, "ha.config: enable false", _barrier, attempts: 5, parameters));
        var last = RestartConsoles(StepIds.DisableHA, StepIds.DisableHAConsole, n => n.OldContainer);
        return [_plan.Add(Step(StepIds.DisableHAConfirmed, OmsActions.ConfirmHighAvailability, null, "ha.config read again", [last], attempts: 3, new(StringComparer.Ordinal)
        {
            ["database"] = discovery.Metadata.RmDatabase,
            ["wanted"] = "off",
        }))];
    }

    private List<string> StopOld()
    {
        foreach (var node in Nodes)
        {
            _plan.Add(Step(StepIds.StopOld(node.Name), OmsActions.StopContainer, node.Name, $"stop {node.OldContainer} on {node.Name}", _barrier, attempts: 5, new(StringComparer.Ordinal)
            {
                ["container"] = node.OldContainerId,
                ["name"] = node.OldContainer,
            }));
        }

        return _plan.Phase(OmsUpgradePhases.StopOld);
    }

    private List<string> Backup()
    {
        var databases = string.Join(',', discovery.Metadata.Databases);
        _plan.Add(Step(StepIds.Quiesced, OmsActions.AwaitNoSessions, null, "no OMS connection left in the metadata database", _barrier, attempts: 1, new(StringComparer.Ordinal)
        {
            ["databases"] = databases,
            ["hosts"] = string.Join(',', Nodes.Select(n => n.HostIP)),
        }));
        var before = new List<string> { StepIds.Quiesced };
        if (spec.Backup.TrimHeartbeatSequence)
        {
            before = [.. discovery.Metadata.HeartbeatDatabases.Select(database =>
                _plan.Add(Step(StepIds.Trim(database), OmsActions.TrimHeartbeatSequence, null, $"trim heatbeat_sequence in {database}", [StepIds.Quiesced], attempts: 5, new(StringComparer.Ordinal)
                {
                    ["database"] = database,
                })))];
        }

        return [_plan.Add(Step(StepIds.Snapshot, OmsActions.TakeSnapshot, null, "dump and verify all databases", before, attempts: 3, new(StringComparer.Ordinal)
        {
            ["databases"] = databases,
            ["directory"] = spec.Backup.Storage.Directory.Path,
            ["tool"] = spec.Backup.Tool.ToString(),
        }))];
    }

    private List<string> StartNew()
    {
        foreach (var node in Nodes)
        {
            _plan.Add(Step(StepIds.StartNew(node.Name), OmsActions.StartContainer, node.Name, $"start {node.NewContainer} on {node.Name}", _barrier, attempts: 3, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
            }) with
            { Reversible = true });
            _plan.Add(Step(StepIds.Supervisor(node.Name), OmsActions.AwaitSupervisor, node.Name, $"supervisord answers on {node.Name}", [StepIds.StartNew(node.Name)], attempts: 1, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
            }));
        }

        return [.. Nodes.Select(n => StepIds.Supervisor(n.Name))];
    }

    private List<string> CorrectMetadata()
    {
        if (!discovery.Path.NeedsCorrectionJar)
        {
            return [];
        }

        foreach (var node in Nodes)
        {
            _plan.Add(Step(StepIds.CorrectionPrograms(node.Name), OmsActions.AwaitPrograms, node.Name, $"programs run on {node.Name}", _barrier, attempts: 2, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
                ["running"] = string.Join(',', OmsPrograms.AllButConsole),
                ["runningOrStopped"] = OmsPrograms.Console,
            }));
            _plan.Add(Step(StepIds.CorrectionConsole(node.Name), OmsActions.StopConsole, node.Name, $"stop oms_console on {node.Name}", [StepIds.CorrectionPrograms(node.Name)], attempts: 3, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
            }));
        }

        var after = Nodes.Select(n => StepIds.CorrectionConsole(n.Name)).ToList();
        foreach (var (node, last) in CorrectionOrder())
        {
            after = [_plan.Add(Step(StepIds.Jar(node.Name), OmsActions.RunCorrectionJar, node.Name, $"correction JAR on {node.Name} (-l{Flag(last)})", after, attempts: 1, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
                ["jar"] = spec.Correction.JarPath,
                ["workingDir"] = spec.Correction.WorkingDir,
                ["last"] = Flag(last),
            }) with
            {
                RunOnce = true,
                Retry = RetryRule.RestoreFirst,
                PointOfNoReturn = true,
            })];
        }

        return after;
    }

    // Runbook §4.4: one region runs it on every node with -ltrue; several run it on the first node of each, the last region with -ltrue.
    private IEnumerable<(DiscoveredNode Node, bool Last)> CorrectionOrder()
    {
        var everyNode = spec.Correction.RunOn == CorrectionScope.EveryNode
            || (spec.Correction.RunOn == CorrectionScope.Auto && discovery.Regions.Count == 1);
        foreach (var region in discovery.Regions)
        {
            var last = ReferenceEquals(region, discovery.Regions[^1]);
            foreach (var name in everyNode ? region.Nodes : region.Nodes.Take(1))
            {
                yield return (Node(name), last);
            }
        }
    }

    private List<string> InitMetadata()
    {
        // One after the other in the whole system: two at a time corrupt the metadata (facts §3.3).
        var inits = _barrier;
        foreach (var region in discovery.Regions)
        {
            foreach (var name in region.SameNodesEverywhere ? region.Nodes.Take(1) : region.Nodes)
            {
                inits = [_plan.Add(Step(StepIds.Init(name), OmsActions.RunDockerInit, name, $"docker_init.sh on {name}", inits, attempts: 1, new(StringComparer.Ordinal)
                {
                    ["container"] = Node(name).NewContainer,
                }) with
                {
                    RunOnce = true,
                    Retry = RetryRule.RepeatAfterProvenFailure,
                    PointOfNoReturn = true,
                })];
            }
        }

        foreach (var region in discovery.Regions.Where(r => r.SameNodesEverywhere))
        {
            foreach (var name in region.Nodes.Skip(1))
            {
                _plan.Add(Step(StepIds.InitConsole(name), OmsActions.StartConsole, name, $"start oms_console on {name}", inits, attempts: 3, new(StringComparer.Ordinal)
                {
                    ["container"] = Node(name).NewContainer,
                }));
            }
        }

        return _plan.Phase(OmsUpgradePhases.InitMetadata);
    }

    private List<string> Verify()
    {
        foreach (var node in Nodes)
        {
            Programs(StepIds.VerifyPrograms(node.Name), node, _barrier);
            if (discovery.Path.TargetMayServeHealth)
            {
                _plan.Add(Step(StepIds.Health(node.Name), OmsActions.CheckHealth, node.Name, $"health endpoint of {node.Name}", [StepIds.VerifyPrograms(node.Name)], attempts: 1, new(StringComparer.Ordinal)
                {
                    ["hostIP"] = node.HostIP,
                    ["port"] = node.ConsolePort.ToString(CultureInfo.InvariantCulture),
                }));
            }
        }

        Hosts(StepIds.Hosts, _barrier);
        _plan.Add(Step(StepIds.Projects, OmsActions.CompareProjects, null, "projects before and after", [.. Nodes.Select(n => StepIds.VerifyPrograms(n.Name))], attempts: 1, new(StringComparer.Ordinal)));
        var verified = _plan.Phase(OmsUpgradePhases.Verify);
        return
        [
            .. Nodes.Select(node => _plan.Add(Step(StepIds.RestartPolicy(node.Name), OmsActions.SetRestartPolicy, node.Name, $"restart policy {node.RestartPolicy} on {node.Name}", verified, attempts: 5, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
                ["policy"] = node.RestartPolicy,
                ["maximumRetries"] = node.RestartMaximumRetries.ToString(CultureInfo.InvariantCulture),
            }))),
        ];
    }

    private List<string> EnableHighAvailability()
    {
        if (spec.HighAvailability.AfterUpgrade == HighAvailabilityAfterUpgrade.AsBefore && !discovery.HighAvailability.Enabled)
        {
            return [];
        }

        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["database"] = discovery.Metadata.RmDatabase,
            ["previous"] = discovery.HighAvailability.Raw ?? "",
            ["perceive"] = Flag(spec.HighAvailability.PerceiveStoreClientCheckpoint),
            ["margin"] = spec.HighAvailability.RefetchMargin,
            ["enableConnectorRule"] = Flag(discovery.Path.NeedsEnableConnectorRule),
        };
        if (spec.HighAvailability.Method == HighAvailabilityMethod.Manual)
        {
            parameters["wanted"] = "on";
            return [_plan.Add(Step(StepIds.EnableHA, OmsActions.AwaitManualHighAvailability, null, "high availability switched on by a person", _barrier, attempts: 1, parameters))];
        }

        _plan.Add(Step(StepIds.EnableHA, OmsActions.EnableHighAvailability, null, "ha.config: enable true", _barrier, attempts: 5, parameters));
        var last = RestartConsoles(StepIds.EnableHA, StepIds.EnableHAConsole, n => n.NewContainer);
        return [_plan.Add(Step(StepIds.EnableHAConfirmed, OmsActions.ConfirmHighAvailability, null, "ha.config read again", [last], attempts: 3, new(StringComparer.Ordinal)
        {
            ["database"] = discovery.Metadata.RmDatabase,
            ["wanted"] = "on",
        }))];
    }

    private List<string> Settle()
    {
        foreach (var node in Nodes)
        {
            Programs(StepIds.Settled(node.Name), node, _barrier);
        }

        Hosts(StepIds.SettledHosts, _barrier);
        return [_plan.Add(Step(StepIds.Actions, OmsActions.ListActions, null, "list what a person has to do", _plan.Phase(OmsUpgradePhases.Settle), attempts: 1, new(StringComparer.Ordinal)))];
    }

    // One console after the other, so that one of them always serves.
    private string RestartConsoles(string after, Func<string, string> id, Func<DiscoveredNode, string> container)
    {
        foreach (var node in Nodes)
        {
            after = _plan.Add(Step(id(node.Name), OmsActions.RestartConsole, node.Name, $"restart oms_console on {node.Name}", [after], attempts: 5, new(StringComparer.Ordinal)
            {
                ["container"] = container(node),
            }));
        }

        return after;
    }

    private void Programs(string id, DiscoveredNode node, List<string> after) =>
        _plan.Add(Step(id, OmsActions.AwaitPrograms, node.Name, $"all programs run on {node.Name}", after, attempts: 2, new(StringComparer.Ordinal)
        {
            ["container"] = node.NewContainer,
            ["running"] = string.Join(',', OmsPrograms.All),
            ["runningOrStopped"] = "",
        }));

    private void Hosts(string id, List<string> after) =>
        _plan.Add(Step(id, OmsActions.AwaitHostsOnline, null, "every host ONLINE with a fresh heartbeat", after, attempts: 1, new(StringComparer.Ordinal)
        {
            ["database"] = discovery.Metadata.CmDatabase,
            ["heartbeats"] = string.Join(';', discovery.Regions.Select(r => $"{r.HeartbeatDatabase}={string.Join(',', r.Nodes.Select(n => Node(n).HostIP))}")),
        }));

    private IEnumerable<string> RequiredPaths()
    {
        yield return DockerInit.ScriptPath;
        if (discovery.Path.NeedsCorrectionJar)
        {
            yield return JarLocation.Of(spec.Correction);
        }
    }

    private DiscoveredNode Node(string name) => Nodes.First(n => string.Equals(n.Name, name, StringComparison.Ordinal));

    private PlanStep Step(string id, string action, string? node, string title, List<string> after, int attempts, SortedDictionary<string, string> parameters)
    {
        var phase = id[..id.IndexOf('/', StringComparison.Ordinal)];
        return new PlanStep
        {
            Id = id,
            Phase = phase,
            Node = node,
            Title = title,
            After = [.. after],
            Action = action,
            Parameters = parameters,
            Timeout = spec.Timeouts.Of(phase),
            MaxAttempts = attempts,
        };
    }

    private static string Flag(bool value) => value ? "true" : "false";
}
