namespace Drydock.Tests.Unit.Databases;

/// <summary>Which unit is in charge, and what its words mean.</summary>
public sealed class SystemdTests
{
    private static readonly InstanceTarget PD = HostCases.Target(DatabaseComponent.PD, "pd-server", 2379);

    [Fact]
    public void Default_unit_names_cover_both_tidb_ansible_layouts()
    {
        SystemdManager.Names(PD).ShouldBe(["pd-2379.service", "pd.service"]);
        SystemdManager.Names(HostCases.Target()).ShouldBe(["tikv-20160.service", "tikv.service"]);
        SystemdManager.Names(HostCases.Target(DatabaseComponent.Master, "yb-master", 7100))
            .ShouldBe(["master-7100.service", "yb-master-7100.service", "master.service", "yb-master.service"]);
        SystemdManager.Names(HostCases.Target(program: "", port: 3000) with { Component = null, Name = "grafana" })
            .ShouldBe(["grafana-3000.service", "grafana.service"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Active_unit_of_two_is_in_charge(bool old)
    {
        var kept = Read([
            .. HostCases.Unit("pd-2379.service", old ? "inactive" : "active", old ? "dead" : "running", 7),
            .. HostCases.Unit("pd.service", old ? "active" : "failed", "running", 7)]);

        (kept.State, kept.Unit, kept.Pid, kept.NeedsChoice)
            .ShouldBe((SupervisionState.Active, old ? "pd.service" : "pd-2379.service", 7, true));
        kept.Text.ShouldBe("active (running)");
    }

    [Fact]
    public void Stopped_unit_of_two_with_recorded_choice_is_in_charge()
    {
        string[] lines =
        [
            .. HostCases.Unit("pd-2379.service", "inactive", "dead"),
            .. HostCases.Unit("pd.service", "inactive", "dead"), "choice pd.service"
        ];

        var kept = Read(lines);

        (kept.State, kept.Unit).ShouldBe((SupervisionState.Inactive, "pd.service"));
    }

    [Fact]
    public void Two_units_in_same_state_are_reported_as_ControlMismatch()
    {
        var down = Should.Throw<HostException>(
            () => Read([.. HostCases.Unit("pd-2379.service", "inactive", "dead"), .. HostCases.Unit(
                "pd.service", "inactive", "dead")]));
        var up = Should.Throw<HostException>(
            () => Read([.. HostCases.Unit("pd-2379.service", "active", "running", 7), .. HostCases.Unit(
                "pd.service", "activating", "auto-restart")]));

        (down.Reason, up.Reason).ShouldBe((Reasons.ControlMismatch, Reasons.ControlMismatch));
        down.Message.ShouldBeWorded();
        up.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("1min 30s", "yes", 90.0)]
    [InlineData("10s", null, 10.0)]
    [InlineData("500ms", "yes", 0.5)]
    [InlineData("10s", "no", null)]
    [InlineData("infinity", "yes", null)]
    public void Time_to_stop_of_unit_is_read(string limit, string? kills, double? seconds)
    {
        string[] more =
            [$"unit TimeoutStopUSec={limit}", .. kills is null ? Array.Empty<string>() : [$"unit SendSIGKILL={kills}"]];
        var kept = Read([
            .. HostCases.Unit("pd-2379.service", "active", "running", 7)[..^1], .. more, "unit ",
            .. HostCases.Unit("pd.service", "inactive", "dead", load: "not-found")]);

        (kept.StopLimit?.TotalSeconds).ShouldBe(seconds);
    }

    [Fact]
    public void Only_existing_unit_is_in_charge_while_inactive()
    {
        var kept = Read([.. HostCases.Unit("pd-2379.service", "inactive", "dead", load: "not-found"), .. HostCases.Unit(
            "pd.service", "inactive", "dead")]);

        (kept.State, kept.Unit, kept.NeedsChoice).ShouldBe((SupervisionState.Inactive, "pd.service", false));
    }

    [Fact]
    public void Supervision_without_any_unit_is_missing()
    {
        var kept = Read([.. HostCases.Unit("pd-2379.service", "inactive", "dead", load: "not-found"), .. HostCases.Unit(
            "pd.service", "inactive", "dead", load: "not-found")]);

        (kept.State, kept.Text).ShouldBe((SupervisionState.Missing, "no unit pd-2379.service or pd.service exists"));
    }

    [Fact]
    public void Alias_of_unit_counts_as_the_same_unit()
    {
        var kept = Read([.. HostCases.Unit("pd-2379.service", "active", "running", 7), .. HostCases.Unit(
            "pd-2379.service", "active", "running", 7)]);

        (kept.Unit, kept.NeedsChoice).ShouldBe(("pd-2379.service", false));
    }

    [Theory]
    [InlineData("active", "running", nameof(SupervisionState.Active))]
    [InlineData("reloading", "reload", nameof(SupervisionState.Active))]
    [InlineData("activating", "auto-restart", nameof(SupervisionState.Restarting))]
    [InlineData("activating", "start", nameof(SupervisionState.Restarting))]
    [InlineData("deactivating", "stop-sigterm", nameof(SupervisionState.Restarting))]
    [InlineData("inactive", "dead", nameof(SupervisionState.Inactive))]
    [InlineData("failed", "failed", nameof(SupervisionState.Inactive))]
    public void Systemd_states_map_to_supervision_states(string active, string sub, string state) =>
        Read([.. HostCases.Unit("pd.service", active, sub, 7)], "pd.service").State
            .ShouldBe(Enum.Parse<SupervisionState>(state));

    [Fact]
    public void Systemd_without_restart_counter_reports_no_restarts() =>
        Read([.. HostCases.Unit("pd.service", "active", "running", 7, restarts: null)], "pd.service").Restarts
            .ShouldBeNull();

    [Theory]
    [InlineData("unit Id=pd.service")]
    [InlineData("unit LoadState=loaded")]
    [InlineData("")]
    public void Incomplete_systemctl_answer_is_refused(string line) =>
        Should.Throw<HostException>(() => Read([line], "pd.service"));

    [Fact]
    public void Unknown_systemd_state_is_refused() =>
        Should.Throw<HostException>(() => Read([.. HostCases.Unit("pd.service", "frozen", "?", 7)], "pd.service"))
            .Message.ShouldContain("frozen");

    [Theory]
    [InlineData("inactive", "dead")]
    [InlineData("active", "running")]
    [InlineData("activating", "auto-restart")]
    public void Masked_unit_is_refused_also_while_it_runs(string active, string sub)
    {
        var refusal = Should.Throw<HostException>(
            () => Read([.. HostCases.Unit("pd.service", active, sub, 7, load: "masked")], "pd.service"));
        refusal.Message.ShouldBeWorded();
        refusal.Reason.ShouldBe(Reasons.ControlMismatch);
    }

    [Fact]
    public void Masked_unit_that_is_down_does_not_hide_the_one_in_use() =>
        Read([.. HostCases.Unit("pd-2379.service", "inactive", "dead", load: "masked"), .. HostCases.Unit(
            "pd.service", "active", "running", 7)]).State.ShouldBe(SupervisionState.Active);

    [Fact]
    public void Unit_without_process_or_with_fresh_restart_is_restarting()
    {
        Look([.. HostCases.Unit("pd.service", "active", "running", 7)]).Supervision
            .ShouldBe(SupervisionState.Restarting);
        Look([.. HostCases.Unit("pd.service", "active", "running", 7, restarts: 3), HostCases.Process(
            7, "/data/deploy/bin/pd-server", "bin/pd-server", began: 998)]).Supervision
            .ShouldBe(SupervisionState.Restarting);
        Look([.. HostCases.Unit("pd.service", "active", "running", 7, restarts: 3), HostCases.Process(
            7, "/data/deploy/bin/pd-server", "bin/pd-server", began: 900)]).Supervision
            .ShouldBe(SupervisionState.Active);
        Look([.. HostCases.Unit("pd.service", "active", "running", 7), HostCases.Process(
            7, "/data/deploy/bin/pd-server", "bin/pd-server", began: 998)]).Supervision
            .ShouldBe(SupervisionState.Active);
    }

    private static ManagedProcess Read(string[] lines, string? unit = null) => Keeper(unit).Read(HostCases.Look(lines));

    private static SystemdManager Keeper(string? unit) =>
        new(PD with { Control = new InstanceControl { Systemd = new SystemdControl { Unit = unit } } });

    private static InstanceProcess Look(params string[] lines)
    {
        var report = HostCases.Look(lines);
        var kept = Keeper("pd.service").Read(report);
        return new InstanceState(
            PD, report, kept, InstanceProcesses.Of(report, PD, [], null, kept.Pid, hasSupervisor: true),
            new LookAge(report, TimeProvider.System, () => TimeSpan.Zero)).Process;
    }
}
