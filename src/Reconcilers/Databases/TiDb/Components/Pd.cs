namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Moves PD leadership away from a member before it is stopped. The leader goes last and is read again for
/// each member (docs/project/research/tidb.md#rules). SIGTERM to a leader leaves the cluster without one for 5.5 s, a
/// transfer for less than 1 s (docs/project/research/tidb.md#pd-as-observed).</summary>
internal sealed record DrainPd : DrainInstance
{
    private static readonly TimeSpan MovesWithin = TimeSpan.FromSeconds(30);

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => WhileOldRunsAsync(context, async instance =>
    {
        var members = await Targets.Pd.MembersAsync(cancellationToken);
        if (members.Members.Count < PdLeadership.FewestToMove)
        {
            return new Observation.Done(
                $"PD has {members.Members.Count} members, which cannot keep a leader while one restarts.");
        }

        if (!members.IsSettled)
        {
            const string Moving = "PD leadership is moving.";
            return context.Step.StartedAt is null
                ? new Observation.NotStarted(Moving)
                : new Observation.Running(Moving);
        }

        if (!PdLeadership.Leads(Spec, members, instance))
        {
            return new Observation.Done($"{members.Leader!.Name} is the PD leader.");
        }

        // A transfer is asynchronous (docs/project/research/tidb.md#pd).
        return context.Step.StartedAt is { } asked && context.Time.GetUtcNow() - asked < MovesWithin
            ? new Observation.Running($"{instance.Name} is still the PD leader.")
            : new Observation.NotStarted($"{instance.Name} is the PD leader.");
    }, cancellationToken);

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var members = await Targets.Pd.MembersAsync(cancellationToken);
        if (!PdLeadership.Leads(Spec, members, instance))
        {
            return;
        }

        if (members.At(Spec.Service(instance)) is { LeaderPriority: not 0 } member)
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"PD member {member.Name} has leader_priority {member.LeaderPriority} again, so leadership returns to "
                + $"it. Run `pd-ctl member leader_priority {member.Name} 0`, then retry.");
        }

        await PdLeadership.MoveAwayAsync(Targets, context.Plan, members, instance, cancellationToken);
    }
}

/// <summary>A PD member is verified when it reports itself healthy (etcd's /health, which is not forwarded to the
/// leader), the leader reports so too, and leadership has settled (docs/project/research/tidb.md#pd).</summary>
internal sealed record VerifyPd : VerifyInstance
{
    protected override async Task<Observation?> InClusterAsync(SeenInstance seen, CancellationToken cancellationToken)
    {
        var pd = Targets.Pd;
        var own = Spec.Service(seen.Instance);
        if (!await pd.IsHealthyAsync(own, cancellationToken))
        {
            return new Observation.Running($"GET {own}/health does not answer that the member is healthy yet.");
        }

        var health = (await pd.HealthAsync(cancellationToken)).FirstOrDefault(m => own.IsAmong(m.ClientUrls));
        if (health is not { IsHealthy: true })
        {
            return new Observation.Running($"The PD leader does not consider {own} healthy yet.");
        }

        var members = await pd.MembersAsync(cancellationToken);
        return members.At(own) is null ? new Observation.Running($"PD does not list {own} as a member yet.")
            : members.IsSettled ? null
            : new Observation.Running("PD leadership is moving.");
    }
}

/// <summary>Who leads PD, and moving leadership away from a member that is about to be stopped.</summary>
internal static class PdLeadership
{
    /// <summary>With fewer members there is no leader while one is down, so a transfer is useless.</summary>
    public const int FewestToMove = 3;

    public static bool Leads(DatabaseRollingUpgradeSpec spec, PdMembers members, DatabaseInstance instance) =>
        members.At(spec.Service(instance)) is { } member
        && (members.Leader?.Id == member.Id || members.EtcdLeader?.Id == member.Id);

    /// <summary>Requests a transfer: to the last PD of the plan while that one is not upgraded yet, because it is
    /// stopped last; the last one itself resigns, and any member takes over.</summary>
    public static async Task MoveAwayAsync(
        TiDbTargets targets, PlanProgress plan, PdMembers members, DatabaseInstance instance,
        CancellationToken cancellationToken)
    {
        var spec = targets.Spec;
        var last = spec.Of(DatabaseComponent.PD)
            .MaxBy(m => plan.Steps.FindIndex(s => s.Node == m.Name && s.Is<SwapInstance>()))
            ?? throw new KeyNotFoundException("spec.instances lists no PD any more.");
        var isStillToCome = last.Name != instance.Name
            && plan.Step<SwapInstance>(last.Name) is not { State: StepState.Succeeded };
        if (isStillToCome
            && members.At(spec.Service(last)) is { Name.Length: > 0 } heir
            && await targets.Pd.IsHealthyAsync(spec.Service(last), cancellationToken))
        {
            try
            {
                await targets.Pd.TransferLeaderAsync(heir.Name, cancellationToken);
                return;
            }
            catch (TiDbApiException)
            {
                // Refused, so nothing moved: any other member will do. If that is refused too, the request below
                // throws.
            }
        }

        await targets.Pd.ResignAsync(cancellationToken);
    }
}

/// <summary>Clears leader_priority of PD members for the rolling upgrade, or restores it: a value other than 0 returns
/// leadership to its member (docs/project/research/tidb.md#pd).</summary>
/// <param name="Priorities">leader_priority before the upgrade, by the members' own names.</param>
/// <param name="Clear">True sets 0; false restores the priorities.</param>
[Effect(Effect.Changes)]
internal sealed record SetLeaderPriorities(Dictionary<string, int> Priorities, bool Clear = false) : TiDbStep
{
    internal override string Verb => Clear ? "clear-leader-priority" : "restore-leader-priority";

    internal override string Title(string? node) =>
        Clear ? "Clear leader_priority of PD for the rolling upgrade" : "Restore leader_priority of PD";

    // Nothing is restored while the run waits: a guard would take that for a change from outside when it continues.
    internal override IEnumerable<Leftover> Undo(Step own, PlanProgress run, DatabaseRollingUpgradeSpec spec)
    {
        if (!Clear)
        {
            yield break;
        }

        var isRestored = run.Steps.Exists(s =>
            s is { State: StepState.Succeeded } && s.Is<SetLeaderPriorities>() && s.Id != own.Id);
        yield return new Leftover(own.Id, LeftoverKind.Setting)
        {
            Step = this with { Clear = false },
            Advice = own.Attempt == 0 || isRestored ? [] :
            [
                .. Priorities.Select(p => (
                    p.Key,
                    $"While PD is upgraded, leader_priority of {p.Key} is 0. If the upgrade does not continue, run "
                    + $"`pd-ctl member leader_priority {p.Key} {p.Value}`.")),
            ],
        };
    }

    public IEnumerable<(string Member, int Priority)> Wanted() => Priorities.Select(p => (p.Key, Clear ? 0 : p.Value));

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var wanted = await ReadAsync(cancellationToken);
        var other = wanted.Where(w => w.Now != w.Priority).Select(w => w.Member).ToList();
        return other.Count > 0
            ? new Observation.NotStarted($"leader_priority differs for {string.Join(", ", other)}.")
            : new Observation.Done(wanted.Count == 0
                ? "PD lists none of the members that had a leader_priority."
                : $"leader_priority: {string.Join(", ", wanted.Select(w => $"{w.Member} {w.Priority}"))}.");
    });

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var (member, priority, _) in await ReadAsync(cancellationToken))
        {
            await Targets.Pd.SetLeaderPriorityAsync(member, priority, cancellationToken);
        }
    }

    // Without the members that left PD. Those that have not started yet have no name, so names need not be unique, and
    // any may be the one that is missing.
    private async Task<List<(string Member, int Priority, int Now)>> ReadAsync(CancellationToken cancellationToken)
    {
        var present = (await Targets.Pd.MembersAsync(cancellationToken)).Members;
        var mayBeNameless = present.Any(m => m.Name.Length == 0);
        return
        [
            .. from wanted in Wanted()
               let member = present.FirstOrDefault(m => m.Name == wanted.Member)
               where member is not null || mayBeNameless
               select (wanted.Member, wanted.Priority, member?.LeaderPriority ?? 0),
        ];
    }
}

/// <summary>Gives units of PD the name that tidb-ansible of the new version stops
/// (docs/project/research/tidb.md#tidb-ansible) as a second name. systemd then finds the running unit by either, so no
/// process is restarted.</summary>
/// <param name="Instances">The PD instances whose units have another name.</param>
[Acceptable(OnlyIf = "if a unit cannot get its second name; then run excessive_rolling_update.yml of tidb-ansible")]
[Step("pd-units")]
internal sealed record AliasPdUnits(List<string> Instances) : FinalCheck
{
    private const string IdProperty = "Id=";

    // $1 the unit in use, $2 its second name. A link in the directory of the administrator's units is an alias if the
    // name of its target is that of the unit.
    private const string Alias = """
        set -e
        file=$(systemctl show -p FragmentPath -- "$1")
        file=${file#FragmentPath=}
        if [ ! -f "$file" ]; then echo "$1 has no unit file" >&2; exit 3; fi
        link=/etc/systemd/system/$2
        if [ -e "$link" ] && [ ! -L "$link" ]; then echo "$link exists and is no link" >&2; exit 3; fi
        ln -sfn -- "$file" "$link"
        systemctl daemon-reload
        """;

    /// <summary>The name that tidb-ansible of 3.0 gives the unit of an instance.</summary>
    public static string NameOf(DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        FormattableString.Invariant(
            $"{instance.Component.ToString().ToLowerInvariant()}-{spec.Service(instance).Port}.service");

    /// <summary>Whether the unit of an instance has another name than tidb-ansible gives it, and can have a second
    /// one.</summary>
    /// <param name="unit">Its unit; null if none is in charge.</param>
    public static bool HasOtherName(DatabaseRollingUpgradeSpec spec, DatabaseInstance instance, string? unit) =>
        unit is not null
        && spec.ControlOf(instance)?.Systemd?.User != true
        && unit.EndsWith(".service", StringComparison.Ordinal)
        && unit != NameOf(spec, instance);

    internal override string Title(string? node) =>
        $"Give the units of {string.Join(", ", Instances)} the names that tidb-ansible uses";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var instance in Instances.Where(Targets.Has).Select(Targets.Instance))
        {
            if (!await HasNameAsync(instance, cancellationToken))
            {
                return new Observation.NotStarted(
                    $"The unit of {instance.Name} on {instance.Host} has no second name {NameOf(Spec, instance)} yet.");
            }
        }

        return new Observation.Done("The units of PD have the names that tidb-ansible uses.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var instance in Instances.Where(Targets.Has).Select(Targets.Instance))
        {
            if (await HasNameAsync(instance, cancellationToken)
                || (await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken)).Unit is not { } unit)
            {
                continue;
            }

            Targets.EnsureMayAct();
            var command = RemoteCommand.Script(Alias, unit, NameOf(Spec, instance)) with { AsRoot = MayBecomeRoot };
            var result = await Targets.Hosts.Files(instance.Host).RunAsync(command, cancellationToken);
            if (!result.IsSuccess || !await HasNameAsync(instance, cancellationToken))
            {
                // The host has decided; another attempt would hear the same.
                throw new StepActionException(
                    Reasons.ControlMismatch,
                    $"{unit} of {instance.Name} on {instance.Host} did not get the second name "
                    + $"{NameOf(Spec, instance)}: {ToolOutput.Excerpt(result.Errors + " " + result.Output)}. PD runs "
                    + "as before.",
                    retryable: false);
            }
        }
    }

    private bool MayBecomeRoot => Spec.Access is { Ssh: { Become: Become.Sudo, BecomeFor: BecomeFor.Scripts } }
        or { Docker.Become: Become.Sudo };

    // An alias shows the name of its unit.
    private async Task<bool> HasNameAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var name = NameOf(Spec, instance);
        var unit = (await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken)).Unit;
        var shown = await Targets.Hosts.Files(instance.Host).AskAsync(
            new RemoteCommand("systemctl", "show", "-p", "Id", "--", name), cancellationToken);
        return unit == name || (shown.IsSuccess && shown.Output.Trim() == $"{IdProperty}{unit}");
    }
}
