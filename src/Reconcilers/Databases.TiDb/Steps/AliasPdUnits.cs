namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Gives units of PD the name that tidb-ansible of the new version stops (docs/research/tidb.md#tidb-ansible)
/// as a second name. systemd then finds the running unit by either, so no process is restarted.</summary>
/// <param name="Instances">The PD instances whose units have another name.</param>
[Acceptable(OnlyIf = "if a unit cannot get its second name; then run excessive_rolling_update.yml of tidb-ansible")]
internal sealed record AliasPdUnits(List<string> Instances) : TiDbStep
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

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var instance in Instances.Select(Targets.Instance))
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
        foreach (var instance in Instances.Select(Targets.Instance))
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
        var shown = await Targets.Hosts.Files(instance.Host).RunAsync(
            new RemoteCommand("systemctl", "show", "-p", "Id", "--", name), cancellationToken);
        return unit == name || (shown.IsSuccess && shown.Output.Trim() == $"{IdProperty}{unit}");
    }
}
