namespace Drydock.Tests.Unit.Databases;

/// <summary>What an instance is controlled by.</summary>
public sealed class InstanceTargetsTests
{
    [Theory]
    [InlineData(DatabaseComponent.PD, "pd-server", 2379)]
    [InlineData(DatabaseComponent.TiKV, "tikv-server", 20160)]
    [InlineData(DatabaseComponent.TiDB, "tidb-server", 4000)]
    [InlineData(DatabaseComponent.Pump, "pump", 8250)]
    [InlineData(DatabaseComponent.Drainer, "drainer", 8249)]
    public void TiDB_components_have_vendor_programs_and_ports(DatabaseComponent component, string program, int port)
    {
        var instance = HostCases.Instance(component);

        var target = Of(HostCases.Spec(DatabaseEngine.TiDB, instance), instance);

        (target.Program, target.Port, target.Swap, target.Component)
            .ShouldBe((program, port, SwapMethod.ReplaceBinary, component));
    }

    [Theory]
    [InlineData(DatabaseEngine.YugabyteDB, DatabaseComponent.Master, null, "yb-master", 7100)]
    [InlineData(DatabaseEngine.YugabyteDB, DatabaseComponent.Tserver, null, "yb-tserver", 9100)]
    [InlineData(DatabaseEngine.BMDB, DatabaseComponent.Master, null, "mserver", 11000)]
    [InlineData(DatabaseEngine.BMDB, DatabaseComponent.Tserver, null, "dbserver", 9100)]
    [InlineData(DatabaseEngine.BMDB, DatabaseComponent.Master, "bm-master", "bm-master", 11000)]
    public void Yugabyte_programs_come_from_engine_or_spec(
        DatabaseEngine engine, DatabaseComponent component, string? named, string program, int port)
    {
        var instance = HostCases.Instance(component);
        var spec = HostCases.Spec(engine, instance) with
        {
            Yugabyte = new YugabyteSpec { Names = new YugabyteNames { MasterProgram = named } }
        };

        var target = Of(spec, instance);

        (target.Program, target.Port, target.Swap).ShouldBe((program, port, SwapMethod.SwitchLink));
    }

    [Fact]
    public void Plain_process_starts_from_new_directory_by_default()
    {
        var process = new InstanceControl { Process = new ProcessControl { Command = ["{directory}/bin/yb-master"] } };
        var instance = HostCases.Instance(DatabaseComponent.Master, control: process);
        var other = instance with { Control = process with { Swap = SwapMethod.SwitchLink } };
        var spec = HostCases.Spec(DatabaseEngine.YugabyteDB, instance);

        Of(spec, instance).Swap.ShouldBe(SwapMethod.NewDirectory);
        Of(spec, other).Swap.ShouldBe(SwapMethod.SwitchLink);
    }

    [Theory]
    [InlineData("bin", "/data/deploy/bin", "mserver")]
    [InlineData("/yb/{name}/current", "/yb/master-1/current", "bin/mserver")]
    public void Link_is_absolute_and_means_SwitchLink(string link, string switched, string program)
    {
        var control = new InstanceControl { Systemd = new SystemdControl(), Link = link };
        var instance = HostCases.Instance(DatabaseComponent.Master, control: control);
        var spec = HostCases.Spec(DatabaseEngine.BMDB, instance);

        var target = InstanceTargets.Fill(Of(spec, instance));

        (target.Swap, target.SwitchedLink, target.ProgramBelowLink)
            .ShouldBe((SwapMethod.SwitchLink, switched, program));
    }

    [Fact]
    public void Control_of_instance_precedes_control_of_component()
    {
        var own = new InstanceControl { Supervise = new SuperviseControl { Directory = "supervise" } };
        var instance = HostCases.Instance(DatabaseComponent.PD, control: own);

        Of(HostCases.Spec(DatabaseEngine.TiDB, instance), instance).Control.Supervise.ShouldNotBeNull().Directory
            .ShouldBe("supervise");
    }

    [Fact]
    public void Control_placeholders_are_filled_except_directory_and_unknown_ones()
    {
        var instance = HostCases.Instance(DatabaseComponent.TiKV, "tikv-1", 20171, dataDir: "/data1");
        var spec = HostCases.Spec(DatabaseEngine.TiDB, instance);

        InstanceControl Filled(InstanceControl control) => Of(spec, instance with { Control = control }).Control;

        Filled(new InstanceControl { Systemd = new SystemdControl { Unit = "tikv-{port}@{name}.service" } })
            .Systemd!.Unit.ShouldBe("tikv-20171@tikv-1.service");
        Filled(new InstanceControl { Supervise = new SuperviseControl { Directory = "/service/{name}-{port}" } })
            .Supervise!.Directory.ShouldBe("/service/tikv-1-20171");
        Filled(
            new InstanceControl { Scripts = new ScriptControl { Start = "start_{port}.sh", Stop = "stop_{name}.sh" } })
            .Scripts.ShouldBe(new ScriptControl { Start = "start_20171.sh", Stop = "stop_tikv-1.sh" });
        Filled(new InstanceControl
        {
            Process = new ProcessControl
            {
                Command = ["{directory}/bin/x", "--p={port}", "{dataDir}", "{other}"],
                LogFile = "{name}.log"
            }
        })
            .Process!.Command.ShouldBe(["{directory}/bin/x", "--p=20171", "/data1", "{other}"]);
    }

    [Fact]
    public void Fill_applied_twice_gives_same_control()
    {
        var target = HostCases.Target(
            control: new InstanceControl { Systemd = new SystemdControl { Unit = "tikv-{port}.service" } });

        InstanceTargets.Fill(InstanceTargets.Fill(target)).Control.Systemd!.Unit.ShouldBe("tikv-20160.service");
    }

    [Fact]
    public void Instance_with_no_control_or_two_is_refused()
    {
        var instance = HostCases.Instance(DatabaseComponent.PD);
        var spec = HostCases.Spec(DatabaseEngine.TiDB, instance) with { Processes = [] };
        var two = instance with
        {
            Control = new InstanceControl
            {
                Systemd = new SystemdControl(),
                Supervise = new SuperviseControl { Directory = "x" }
            }
        };

        var none = Should.Throw<HostException>(() => Of(spec, instance));
        (none.Reason, none.Field).ShouldBe((Reasons.InvalidSpec, "spec.instances[pd-1].control"));
        Should.Throw<HostException>(() => Of(spec, two)).Message.ShouldContain("pd-1");
    }

    [Theory]
    [InlineData("{dataDir}", SwapMethod.NewDirectory, "].dataDir is missing")]
    [InlineData("/opt/old/bin/x", SwapMethod.NewDirectory, "needs {directory}")]
    [InlineData("{directory}/bin/x", SwapMethod.NewDirectory, null)]
    [InlineData("/opt/current/bin/x", SwapMethod.SwitchLink, null)]
    public void Process_command_that_would_start_wrong_program_is_refused(
        string argument, SwapMethod swap, string? says)
    {
        var target = HostCases.Target(
            control: new InstanceControl { Process = new ProcessControl { Command = [argument] } }) with
        {
            Swap = swap
        };

        InstanceTargets.Problem(target)?.Message.ShouldContain(says ?? "nothing");
        (InstanceTargets.Problem(target) is null).ShouldBe(says is null);
    }

    [Fact]
    public void NewDirectory_swap_is_refused_without_plain_process() =>
        InstanceTargets.Problem(HostCases.Target() with { Swap = SwapMethod.NewDirectory }).ShouldNotBeNull()
            .Message.ShouldBeWorded();

    [Fact]
    public void Control_problem_names_field_that_holds_the_control()
    {
        var ofInstance = HostCases.Target() with { Swap = SwapMethod.NewDirectory };
        var ofComponent = ofInstance with { ControlField = "spec.processes" };
        var ofData = HostCases.Target(
            control: new InstanceControl { Process = new ProcessControl { Command = ["{dataDir}"] } }) with
        {
            DataDir = null
        };

        foreach (var (target, field) in new[]
        {
            (ofInstance, $"spec.instances[{ofInstance.Name}].control"), (ofComponent, "spec.processes"),
            (ofData, $"spec.instances[{ofData.Name}].dataDir"),
        })
        {
            var problem = InstanceTargets.Problem(target).ShouldNotBeNull();
            (problem.Reason, problem.Field, problem.IsRetryable).ShouldBe((Reasons.InvalidSpec, field, false));
        }
    }

    [Fact]
    public void Target_names_field_that_holds_its_control()
    {
        var control = new InstanceControl { Systemd = new SystemdControl() };
        var own = HostCases.Instance(DatabaseComponent.TiKV, "tikv-1", control: control);
        var shared = HostCases.Instance(DatabaseComponent.TiKV, "tikv-2");
        var spec = HostCases.Spec(DatabaseEngine.TiDB, own, shared) with
        {
            Processes = [new ComponentControl { Component = DatabaseComponent.TiKV, Control = control }]
        };

        Of(spec, own).ControlField.ShouldBe("spec.instances[tikv-1].control");
        Of(spec, shared).ControlField.ShouldBe("spec.processes");
    }

    private static InstanceTarget Of(DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        InstanceTargets.Of(spec, instance, SupportedEngines.All.Of(spec));
}
