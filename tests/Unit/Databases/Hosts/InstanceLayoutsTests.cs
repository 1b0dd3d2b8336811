namespace Drydock.Tests.Unit.Databases;

/// <summary>Layouts in which a swap would hit another instance, or nothing.</summary>
public sealed class InstanceLayoutsTests
{
    private static readonly InstanceTarget Master = HostCases.Target(
        DatabaseComponent.Master, "yb-master", 7100, "/yb/master") with
    {
        Swap = SwapMethod.SwitchLink
    };
    private static readonly InstanceTarget Tserver = HostCases.Target(
        DatabaseComponent.Tserver, "yb-tserver", 9100, "/yb/tserver") with
    {
        Swap = SwapMethod.SwitchLink
    };

    [Fact]
    public void Link_of_bin_leads_to_bin_of_the_version()
    {
        var target = Master with { Link = "/yb/master/bin" };

        (target.ProgramBelowLink, target.Linked("/opt/yb-2.20")).ShouldBe(("yb-master", "/opt/yb-2.20/bin"));
        (Master.ProgramBelowLink, Master.Linked("/opt/yb-2.20")).ShouldBe(("bin/yb-master", "/opt/yb-2.20"));
    }

    [Fact]
    public void Directory_that_is_no_link_is_refused_with_way_out()
    {
        var problem = InstanceLayouts.Problem(Master, Process()).ShouldNotBeNull();

        problem.ShouldBeWorded();
        problem.ShouldNotContain("ReplaceBinary");
    }

    [Fact]
    public void Versioned_directory_is_refused_with_the_commands_for_a_link()
    {
        var target = Master with { DeployDir = "/home/yugabyte/yugabyte-2025.1.0.1" };
        var process =
            Process("yb-master.service") with { StartedProgram = "/home/yugabyte/yugabyte-2025.1.0.1/bin/yb-master" };

        InstanceLayouts.Problem(target, process).ShouldBeWorded();
    }

    [Fact]
    public void Unit_with_versioned_path_is_refused_with_drop_in()
    {
        var process = Process("yb-master.service") with
        {
            LinkTarget = "yb-2.18",
            RealLinkTarget = "/opt/yb-2.18",
            StartedProgram = "/opt/yb-2.18/bin/yb-master"
        };

        InstanceLayouts.Problem(Master, process).ShouldBeWorded();
        InstanceLayouts.Problem(Master, process with { StartedProgram = "/yb/master/bin/yb-master" }).ShouldBeNull();
        InstanceLayouts.Problem(Master, process with { StartedProgram = "/yb/start.sh" }).ShouldBeNull();
    }

    [Fact]
    public void Two_instances_under_one_unit_are_refused_by_name()
    {
        var finding = Compare((Master, Process("yugabyted.service")), (Tserver, Process("yugabyted.service")))
            .ShouldHaveSingleItem();

        (finding.Reason, finding.Acknowledge).ShouldBe((Reasons.ControlMismatch, null));
        finding.Message.ShouldBeWorded();
    }

    [Fact]
    public void Two_instances_that_are_one_process_are_refused() =>
        Compare((Master, Process("a.service") with { Pid = 7 }), (Tserver, Process("b.service") with { Pid = 7 }))
            .ShouldHaveSingleItem().Message.ShouldBeWorded();

    [Fact]
    public void Shared_link_is_a_finding_that_can_be_acknowledged()
    {
        var shared = Tserver with { DeployDir = "/yb/master" };

        var finding = Compare((Master, Process("m.service")), (shared, Process("t.service"))).ShouldHaveSingleItem();

        (finding.Reason, finding.Acknowledge).ShouldBe((Reasons.ControlMismatch, "ControlMismatch/link"));
        finding.Message.ShouldBeWorded();
        Compare((Master, Process("m.service")), (Tserver, Process("t.service"))).ShouldBeEmpty();
    }

    [Fact]
    public void Shared_link_of_many_hosts_is_one_finding()
    {
        var shared = Tserver with { DeployDir = "/yb/master" };

        Compare(
            (Master, Process("m.service")), (shared, Process("t.service")),
            (Master with { Name = "m2", Host = "192.0.2.12" }, Process("m.service")),
            (shared with { Name = "t2", Host = "192.0.2.12" }, Process("t.service")))
            .ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void Shorter_time_to_stop_of_unit_is_noted()
    {
        var findings = new Findings(static text => text);
        InstanceLayouts.Compare(
            [
                (Master, Process("m.service") with { StopLimit = TimeSpan.FromSeconds(10) }),
                (Tserver, Process("t.service") with { StopLimit = TimeSpan.FromMinutes(5) })
            ],
            findings);

        findings.Notes.ShouldHaveSingleItem().ShouldBeWorded();
    }

    private static IReadOnlyList<Finding> Compare(params (InstanceTarget, InstanceProcess?)[] instances)
    {
        var findings = new Findings(static text => text);
        InstanceLayouts.Compare(instances, findings);
        return findings.Sorted();
    }

    private static InstanceProcess Process(string? unit = null) =>
        new() { Supervision = SupervisionState.Active, SupervisionText = "active (running)", Unit = unit };
}
