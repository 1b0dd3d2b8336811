using static Drydock.Tests.Unit.Oms.ShortSpecs;

namespace Drydock.Tests.Unit.Oms;

/// <summary>What preflight finds from one node.</summary>
public sealed class InventorySearchTests
{
    [Fact]
    public void Single_node_is_planned_from_its_address()
    {
        var world = new OmsWorld(new WorldSetup { Nodes = 1 }).Apply(Short).Planned();

        world.Status.Findings.ShouldBeEmpty();
        var node = world.Status.Inventory!.Regions.Single().Nodes.Single();
        (node.Name, node.HostIP, node.FoundIn, node.CurrentContainer, node.NewContainer).ShouldBe(
            ("192-0-2-216", "192.0.2.216", "spec.discoverFrom", OmsWorld.OldName, NewName));
        node.Ports.ShouldBe([8090, 8089, 8088, 9000, 2023]);
        world.Status.Inventory.MetadataDatabase.ShouldBe("192.0.2.50:3306 with rm_340, cm_340, cm_hb_340");
        world.Plan.Notes.ShouldContain(
            "Region default: 192-0-2-216 is 192.0.2.216 (from spec.discoverFrom), oms_322 becomes oms_422bp1, ports "
            + "8090 8089 8088 9000 2023.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Two_nodes_are_upgraded_from_the_address_of_either(int known)
    {
        var world = new OmsWorld();
        world.Apply(spec => Short(spec) with { DiscoverFrom = world.Hosts[known].Ip });

        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Status.Nodes.Select(n => (n.Name, n.Container))
            .ShouldBe([("192-0-2-216", NewName), ("192-0-2-217", NewName)]);
        world.Hosts.ShouldAllBe(host => host.Find(NewName)!.IsRunning && !host.Find(OmsWorld.OldName)!.IsRunning);
        world.Status.Inventory!.Regions.Single().Nodes[1 - known].FoundIn
            .ShouldBe($"cm_nodes of {world.Hosts[known].Ip}");
        world.Status.HighAvailability!.Method.ShouldBe(HighAvailabilityMethod.Sql);
    }

    [Fact]
    public void Two_regions_are_found_through_the_metadata_database()
    {
        var world = new OmsWorld(new WorldSetup { Regions = 2 }).WithRegions();
        world.Apply(spec => Short(spec) with { DiscoverFrom = world.Hosts[3].Ip });

        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Status.Inventory!.Regions.Select(r => (r.Name, r.Location, string.Join(' ', r.Nodes.Select(n => n.Name))))
            .ShouldBe(
            [
                ("cn-hangzhou", 1, "192-0-2-216 192-0-2-217"), ("cn-heilongjiang", 2, "192-0-2-218 192-0-2-219"),
            ]);
        world.Status.Inventory.Regions[0].Nodes.ShouldAllBe(n => n.FoundIn == "table host of cm_340");
    }

    [Fact]
    public void Region_of_the_spec_comes_first_and_keeps_its_names()
    {
        var world = new OmsWorld(new WorldSetup { Regions = 2 }).WithRegions();
        world.Apply(spec =>
            Short(spec) with { Regions = [spec.Regions[1] with { Nodes = [spec.Regions[1].Nodes[1]] }] }).Planned();

        world.Status.Findings.ShouldBeEmpty();
        world.Status.Inventory!.Regions.Select(r => (r.Name, string.Join(' ', r.Nodes.Select(n => n.Name)))).ShouldBe(
            [("cn-heilongjiang", "oms-d 192-0-2-218"), ("cn-hangzhou", "192-0-2-216 192-0-2-217")]);
    }

    [Fact]
    public void Containers_and_method_are_found_for_written_nodes()
    {
        var world = new OmsWorld();
        world.Apply(spec =>
            spec with { CurrentContainer = null, NewContainer = null, HighAvailability = new HighAvailabilitySpec() });

        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Status.Nodes.Select(n => (n.Name, n.Container)).ShouldBe([("oms-a", NewName), ("oms-b", NewName)]);
    }

    [Fact]
    public void Foreign_containers_are_left_alone()
    {
        var world = new OmsWorld();
        world["oms-b"].Beside(world, "logs", "/data/oms/logs:/home/admin/logs").Start();
        world["oms-b"].Beside(world, "oms_321", "/data/oms/config.yaml:/home/admin/conf/config.yaml");
        world["oms-a"].Beside(world, "agent", "/:/rootfs").Start();

        world.Apply(spec => Short(spec) with
        {
            Preflight =
                Short(spec).Preflight with { Acknowledge = [.. Short(spec).Preflight.Acknowledge, Reasons.DataShared] }
        }).Planned();

        world.Status.Findings.ShouldBeEmpty();
        world.Plan.Notes.Count(n => n.StartsWith("You acknowledged DataShared", StringComparison.Ordinal))
            .ShouldBe(2, "a stopped OMS is none");
        world.Status.Nodes.ShouldAllBe(n => n.Container == OmsWorld.OldName);
    }

    [Fact]
    public void Two_OMS_containers_ask_for_the_name()
    {
        var world = new OmsWorld();
        var second = world["oms-b"].Beside(world, "oms_by_hand", "/data/oms/config.yaml:/home/admin/conf/config.yaml");
        second.Start();
        world.Apply(Short).RunToStall();

        var finding = world.Found(Reasons.ContainerAmbiguous).Single();
        (finding.Node, finding.Field).ShouldBe(("192-0-2-217", "spec.currentContainer"));
        finding.Message.ShouldBeWorded();

        world.EditSpec(spec => spec with { CurrentContainer = OmsWorld.OldName });
        world.RunUntil(() => world.Found(Reasons.DataShared).Any(), "the other one may still write");
        second.Stop(0);
        world.RunUntil(() => world.Status.Plan is not null, "planned");
    }

    [Fact]
    public void Missing_container_is_a_finding_and_its_return_mends_it()
    {
        var world = new OmsWorld();
        world.Old("oms-b").Stop(1);
        world.Apply(Short).RunToStall();

        var finding = world.Found(Reasons.ContainerNotFound).Single();
        finding.Message.ShouldBeWorded();
        finding.Field.ShouldBe("spec.currentContainer");

        world.Old("oms-b").Start();
        world.RunUntil(() => world.Status.Plan is not null, "planned");
    }

    [Fact]
    public void Wrong_name_is_held_against_what_runs()
    {
        var world = new OmsWorld();
        world.Apply(spec => Short(spec) with { CurrentContainer = "oms_321" }).RunToStall();

        world.Found(Reasons.ContainerNotFound).ShouldAllBe(
            f => f.Message.Contains("Correct spec.currentContainer: with config.yaml of OMS mounted runs oms_322."));
    }

    [Fact]
    public void Config_without_nodes_is_a_finding()
    {
        var world = new OmsWorld();
        world["oms-a"].Files.Remove("/data/oms/config.yaml");
        world.Apply(Short).RunToStall();

        world.Status.Findings.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.ContainerNotFound);
    }

    [Fact]
    public void Found_node_that_cannot_be_reached_says_where_it_was_found()
    {
        var world = new OmsWorld();
        world["oms-b"].Cut(off: true);
        world.Apply(Short).RunToStall();

        var finding = world.Found(Reasons.HostUnreachable).Single();
        finding.Node.ShouldBe("192-0-2-217");
        finding.Message.ShouldBeWorded();

        world["oms-b"].Cut(off: false);
        world.RunUntil(() => world.Status.Plan is not null, "planned");
    }

    [Fact]
    public void Known_node_that_cannot_be_reached_is_the_only_finding()
    {
        var world = new OmsWorld();
        world["oms-a"].Cut(off: true);
        world.Apply(Short).RunToStall();

        world.Status.Findings.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.HostUnreachable);
        world.Status.Findings[0].Message.ShouldNotContain("Its address was found");
    }

    [Fact]
    public void Endpoint_without_address_does_not_lead_to_found_nodes()
    {
        var world = new OmsWorld();
        world.Apply(
            spec => Short(spec) with { Docker = Short(spec).Docker! with { Endpoint = "tcp://192.0.2.216:2376" } })
            .RunToStall();

        world.Found(Reasons.InvalidSpec).ShouldContain(f => f.Field == "spec.docker.endpoint"
            && f.Message.Contains("192.0.2.217 (cm_nodes of 192.0.2.216)")
            && f.Message.Contains("Put {hostIP} into it"));
    }

    [Fact]
    public void Address_that_OMS_does_not_know_is_a_finding()
    {
        var world = new OmsWorld();
        world.Old("oms-a").Config = world.Old("oms-a").Config with { Env = ["OMS_HOST_IP=198.51.100.1"] };
        world.Apply(Short).RunToStall();

        world.Found(Reasons.NodesDiffer).ShouldContain(
            f => f.Field == "spec.discoverFrom"
                && f.Message.Contains("has OMS_HOST_IP=198.51.100.1; expected 192.0.2.216"));
    }

    [Fact]
    public void Region_without_a_node_that_answers_is_a_finding()
    {
        var world = new OmsWorld(new WorldSetup { Regions = 2, Nodes = 1 }).WithRegions();
        world["oms-b"].Cut(off: true);
        world.Apply(Short).RunToStall();

        var finding = world.Found(Reasons.RegionsInvalid).Single(f => f.Field == "spec.regions");
        finding.Message.ShouldBeWorded();
    }

    [Fact]
    public void Host_that_is_in_no_cm_nodes_is_asked_about()
    {
        var world = new OmsWorld(new WorldSetup { CmNodes = (w, _) => [w.Hosts[0].Ip] });
        world.Apply(Short).RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Acknowledge).ShouldBe((Reasons.NodesDiffer, "NodesDiffer/192.0.2.217"));
        finding.Message.ShouldBeWorded();

        world.EditSpec(spec => spec with
        {
            Preflight = spec.Preflight with { Acknowledge = [.. spec.Preflight.Acknowledge, finding.Acknowledge!] }
        });
        world.RunUntil(() => world.Status.Plan is not null, "planned");
        world.Status.Inventory!.Regions.Single().Nodes.ShouldHaveSingleItem();
    }

    [Fact]
    public void Metadata_database_that_does_not_answer_is_one_finding()
    {
        var world = new OmsWorld();
        world.Metadata.IsReachable = false;
        world.Apply(Short).RunToStall();

        world.Status.Findings.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.MetadataDatabaseUnreachable);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("enable=true")]
    public void Unexpected_ha_config_asks_for_the_method(string? row)
    {
        var world = new OmsWorld(new WorldSetup { HaConfig = row });
        world.Apply(Short).RunToStall();

        var finding = world.Found(Reasons.HighAvailabilityMethodUnknown).Single();
        finding.Field.ShouldBe("spec.highAvailability.method");
        finding.Message.ShouldBeWorded();
    }

    [Fact]
    public void Version_without_ha_config_needs_no_method()
    {
        var world = new OmsWorld(new WorldSetup
        {
            Community = true,
            FromVersion = "3.3.0",
            ToVersion = "3.3.1",
            NeedsJar = false,
            HaConfig = null
        });
        world.Apply(Short).Planned();

        world.Status.Findings.ShouldBeEmpty();
        world.Plan.Notes.ShouldContain(
            "High availability is switched by SQL, because OMS 3.3.0-ce has no ha.config "
                + "(spec.highAvailability.method is not set).");
    }

    [Fact]
    public void Console_with_a_certificate_is_found()
    {
        var world = new OmsWorld();
        foreach (var host in world.Hosts)
        {
            var old = host.Find(OmsWorld.OldName)!;
            old.HostConfig = old.HostConfig with
            {
                Binds =
                [
                    .. old.HostConfig.Binds!, "/data/oms/oms.crt:/etc/pki/nginx/oms_server.crt",
                    "/data/oms/oms.key:/etc/pki/nginx/oms_server.key"
                ]
            };
            host.Write("/data/oms/oms.crt", "certificate");
            host.Write("/data/oms/oms.key", "key");
        }

        world.Apply(Short).Planned();

        world.Status.Findings.ShouldBeEmpty();
        world.Step("Verify/projects").As<CompareProjects>().Address.Scheme.ShouldBe("https");
    }

    [Fact]
    public void Node_more_changes_the_approved_plan()
    {
        var world = new OmsWorld(new WorldSetup { CmNodes = (w, _) => [w.Hosts[0].Ip] });
        world.Apply(spec => Short(spec) with
        {
            Approval = ApprovalPolicy.Manual,
            Preflight = spec.Preflight with { Acknowledge = [.. spec.Preflight.Acknowledge, Reasons.NodesDiffer] },
        }).Planned();
        var word = world.PlanWord;

        foreach (var host in world.Hosts)
        {
            host.Write("/data/oms/config.yaml", new WorldSetup().Config(new OmsWorld(), host));
        }

        world.Annotate(Annotations.Approve, word);
        world.RunUntil(() => world.PlanWord != word && world.Is("Held"), "another plan");

        world.Plan.Plan.Why.ShouldBeWorded();
        world.Count("stop").ShouldBe(0);
    }

    [Fact]
    public void Stored_plan_does_not_look_again()
    {
        var world = new OmsWorld().Apply(Short);
        world.RunUntil(() => world.Status.Phase == OmsUpgradePhases.StopOld, "the downtime begins");
        foreach (var host in world.Hosts)
        {
            host.Write("/data/oms/config.yaml", world.Setup.Config(world, host).Replace(
                "192.0.2.217]", "192.0.2.217, 192.0.2.99]", StringComparison.Ordinal));
        }

        world.Restart();
        world.RunToStall();
        world.ReasonOf("Stalled").ShouldBe(Reasons.TargetChanged);
        world.Status.Message.ShouldBeWorded();
        foreach (var host in world.Hosts)
        {
            host.Write("/data/oms/config.yaml", world.Setup.Config(world, host));
        }

        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        world.Status.Inventory!.Regions.Single().Nodes.Count.ShouldBe(2);
    }

    [Fact]
    public void Upgrade_from_one_address_is_rolled_back_by_a_new_process()
    {
        var world = new OmsWorld().Apply(Short);
        world.RunToSuccess();
        world.EditSpec(spec => spec with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Status.RollbackPlan is not null, "the rollback is planned");
        world.Restart();
        world.EditSpec(spec => spec with { Approvals = [world.BackWord("RollBack")] });

        world.RunToRolledBack();

        world.Hosts.ShouldAllBe(host => host.Find(OmsWorld.OldName)!.IsRunning);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Upgrade_that_was_never_planned_is_deleted()
    {
        var world = new OmsWorld();
        world["oms-a"].Cut(off: true);
        world.Apply(Short).RunToStall();

        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone");

        world.Done.ShouldBeEmpty();
    }
}
