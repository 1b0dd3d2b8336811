using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Operator.Composition;
using Drydock.Reconcilers.Databases;
using Shouldly;
using Xunit;

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
    public void Programs_and_ports_of_TiDB_are_the_vendors(DatabaseComponent component, string program, int port)
    {
        var instance = HostCases.Instance(component);

        var target = Of(HostCases.Spec(DatabaseEngine.TiDB, instance), instance);

        (target.Program, target.Port, target.Swap, target.Component).ShouldBe((program, port, SwapMethod.ReplaceBinary, component));
    }

    [Theory]
    [InlineData(YugabyteDialect.Yugabyte, DatabaseComponent.Master, null, "yb-master", 7100)]
    [InlineData(YugabyteDialect.Yugabyte, DatabaseComponent.Tserver, null, "yb-tserver", 9100)]
    [InlineData(YugabyteDialect.BMDB, DatabaseComponent.Master, null, "mserver", 11000)]
    [InlineData(YugabyteDialect.BMDB, DatabaseComponent.Tserver, null, "dbserver", 9100)]
    [InlineData(YugabyteDialect.BMDB, DatabaseComponent.Master, "bm-master", "bm-master", 11000)]
    public void Programs_of_Yugabyte_are_those_of_the_dialect_or_of_the_spec(
        YugabyteDialect dialect, DatabaseComponent component, string? named, string program, int port)
    {
        var instance = HostCases.Instance(component);
        var spec = HostCases.Spec(DatabaseEngine.YugabyteDB, instance) with { Yugabyte = new YugabyteSpec { Dialect = dialect, Names = new YugabyteNames { MasterProgram = named } } };

        var target = Of(spec, instance);

        (target.Program, target.Port, target.Swap).ShouldBe((program, port, SwapMethod.SwitchLink));
    }

    [Fact]
    public void A_plain_process_is_started_from_the_new_directory_unless_the_spec_says_otherwise()
    {
        var process = new InstanceControl { Process = new ProcessControl { Command = ["{directory}/bin/yb-master"] } };
        var instance = HostCases.Instance(DatabaseComponent.Master, control: process);
        var other = instance with { Control = process with { Swap = SwapMethod.SwitchLink } };
        var spec = HostCases.Spec(DatabaseEngine.YugabyteDB, instance);

        Of(spec, instance).Swap.ShouldBe(SwapMethod.NewDirectory);
        Of(spec, other).Swap.ShouldBe(SwapMethod.SwitchLink);
    }

    [Fact]
    public void The_instances_own_control_comes_before_that_of_its_component()
    {
        var own = new InstanceControl { Supervise = new SuperviseControl { Directory = "supervise" } };
        var instance = HostCases.Instance(DatabaseComponent.PD, control: own);

        Of(HostCases.Spec(DatabaseEngine.TiDB, instance), instance).Control.Supervise.ShouldNotBeNull().Directory.ShouldBe("supervise");
    }

    [Fact]
    public void Port_name_and_data_directory_are_filled_in_and_the_directory_is_left_for_the_start()
    {
        var instance = HostCases.Instance(DatabaseComponent.TiKV, "tikv-1", 20171, dataDir: "/data1");
        var spec = HostCases.Spec(DatabaseEngine.TiDB, instance);

        InstanceControl Filled(InstanceControl control) => Of(spec, instance with { Control = control }).Control;

        Filled(new InstanceControl { Systemd = new SystemdControl { Unit = "tikv-{port}@{name}.service" } }).Systemd!.Unit.ShouldBe("tikv-20171@tikv-1.service");
        Filled(new InstanceControl { Supervise = new SuperviseControl { Directory = "/service/{name}-{port}" } }).Supervise!.Directory.ShouldBe("/service/tikv-1-20171");
        Filled(new InstanceControl { Scripts = new ScriptControl { Start = "start_{port}.sh", Stop = "stop_{name}.sh" } }).Scripts.ShouldBe(new ScriptControl { Start = "start_20171.sh", Stop = "stop_tikv-1.sh" });
        Filled(new InstanceControl { Process = new ProcessControl { Command = ["{directory}/bin/x", "--p={port}", "{dataDir}", "{other}"], LogFile = "{name}.log" } })
            .Process!.Command.ShouldBe(["{directory}/bin/x", "--p=20171", "/data1", "{other}"]);
    }

    [Fact]
    public void Filling_in_twice_comes_to_the_same()
    {
        var target = HostCases.Target(control: new InstanceControl { Systemd = new SystemdControl { Unit = "tikv-{port}.service" } });

        InstanceTargets.Fill(InstanceTargets.Fill(target)).Control.Systemd!.Unit.ShouldBe("tikv-20160.service");
    }

    [Fact]
    public void An_instance_without_control_or_with_two_is_told()
    {
        var instance = HostCases.Instance(DatabaseComponent.PD);
        var spec = HostCases.Spec(DatabaseEngine.TiDB, instance) with { Control = [] };
        var two = instance with { Control = new InstanceControl { Systemd = new SystemdControl(), Supervise = new SuperviseControl { Directory = "x" } } };

        var none = Should.Throw<HostException>(() => Of(spec, instance));
        (none.Reason, none.Field).ShouldBe((Reasons.InvalidSpec, "spec.instances[pd-1].control"));
        Should.Throw<HostException>(() => Of(spec, two)).Message.ShouldContain("pd-1");
    }

    [Theory]
    [InlineData("{dataDir}", SwapMethod.NewDirectory, "].dataDir is missing")]
    [InlineData("/opt/old/bin/x", SwapMethod.NewDirectory, "needs {directory}")]
    [InlineData("{directory}/bin/x", SwapMethod.NewDirectory, null)]
    [InlineData("/opt/current/bin/x", SwapMethod.SwitchLink, null)]
    public void A_command_line_that_would_start_the_wrong_thing_is_told(string argument, SwapMethod swap, string? says)
    {
        var target = HostCases.Target(control: new InstanceControl { Process = new ProcessControl { Command = [argument] } }) with { Swap = swap };

        InstanceTargets.Problem(target)?.Message.ShouldContain(says ?? "nothing");
        (InstanceTargets.Problem(target) is null).ShouldBe(says is null);
    }

    [Fact]
    public void A_new_directory_is_only_for_plain_processes() =>
        InstanceTargets.Problem(HostCases.Target() with { Swap = SwapMethod.NewDirectory }).ShouldNotBeNull().Message.ShouldContain("only for a plain process");

    [Fact]
    public void A_problem_names_the_field_that_has_the_control()
    {
        var ofInstance = HostCases.Target() with { Swap = SwapMethod.NewDirectory };
        var ofComponent = ofInstance with { ControlField = "spec.control" };
        var ofData = HostCases.Target(control: new InstanceControl { Process = new ProcessControl { Command = ["{dataDir}"] } }) with { DataDir = null };

        foreach (var (target, field) in new[]
        {
            (ofInstance, $"spec.instances[{ofInstance.Name}].control"), (ofComponent, "spec.control"), (ofData, $"spec.instances[{ofData.Name}].dataDir"),
        })
        {
            var problem = InstanceTargets.Problem(target).ShouldNotBeNull();
            (problem.Reason, problem.Field, problem.IsRetryable).ShouldBe((Reasons.InvalidSpec, field, false));
        }
    }

    [Fact]
    public void A_target_knows_where_its_control_stands()
    {
        var control = new InstanceControl { Systemd = new SystemdControl() };
        var own = HostCases.Instance(DatabaseComponent.TiKV, "tikv-1", control: control);
        var shared = HostCases.Instance(DatabaseComponent.TiKV, "tikv-2");
        var spec = HostCases.Spec(DatabaseEngine.TiDB, own, shared) with { Control = [new ComponentControl { Component = DatabaseComponent.TiKV, Control = control }] };

        Of(spec, own).ControlField.ShouldBe("spec.instances[tikv-1].control");
        Of(spec, shared).ControlField.ShouldBe("spec.control");
    }

    private static InstanceTarget Of(DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        InstanceTargets.Of(spec, instance, SupportedEngines.All.Of(spec));
}
