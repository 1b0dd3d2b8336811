namespace Drydock.Tests.Unit.Oms.Containers;

/// <summary>Whole runs in which the current containers have options of their own, and the spec changes some.</summary>
public sealed class ContainerRunTests
{
    private const string Token = "canary-of-a-secret";

    private static readonly ContainerSpec Changes = new()
    {
        Memory = "32Gi",
        Env =
        [
            new EnvironmentVariable { Name = "OMS_OPTS", Value = "-Xmx8g" },
            new EnvironmentVariable
            {
                Name = "API_TOKEN",
                ValueFrom =
                    new EnvironmentSource { SecretKeyRef = new SecretKeyReference { Name = "oms-env", Key = "token" } }
            },
        ],
    };

    private static readonly Undisturbed Golden = Undisturbed.Run(Begin);

    [Fact]
    public void New_container_is_the_old_one_with_the_new_image()
    {
        var world = Golden.World;
        var (old, made) = (world.Old("oms-a"), world.New("oms-a")!);

        made.Image.Version.ShouldBe("4.2.2");
        made.HostConfig.Mounts.ShouldBe(old.HostConfig.Mounts);
        made.HostConfig.Binds.ShouldBe(["data:/home/ds"]);
        made.HostConfig.ExtraHosts.ShouldBe(["metadb:192.0.2.9"]);
        made.HostConfig.LogConfig.ShouldBeEquivalentTo(old.HostConfig.LogConfig);
        (made.HostConfig.Memory, made.HostConfig.MemorySwap).ShouldBe((32L << 30, 64L << 30));
        made.HostConfig.Ulimits.ShouldBe([
            new Ulimit { Name = "nofile", Soft = 1024, Hard = 2048 },
            new Ulimit { Name = "nproc", Soft = 65535, Hard = 65535 }]);
        made.Config.Labels!["team"].ShouldBe("dba");
        made.Config.Labels!["version"].ShouldBe("4.2.2");
        (made.Config.Tty, made.Config.OpenStdin).ShouldBe((true, true));
        made.Config.Env!.ShouldBe(
            [
                "PATH=/usr/bin", "LANG=C", $"TZ_NAME={Canary.PlainEnvironment}", "OMS_OPTS=-Xmx8g",
                $"API_TOKEN={Token}", "OMS_HOST_IP=192.0.2.216", "IS_UPGRADE=true"
            ],
            ignoreOrder: true);
        made.HostConfig.RestartPolicy!.Name.ShouldBe("always");
        world.Hosts.ShouldAllBe(h => h.Containers.Count == 2);
    }

    [Fact]
    public void Plan_says_what_is_kept_and_what_differs_once_for_all_nodes()
    {
        var note = Golden.World.Plan.Notes.Where(n => n.Contains("only the image changes")).ShouldHaveSingleItem();

        note.ShouldBeWorded();
    }

    [Fact]
    public void Values_of_variables_are_in_no_plan_status_event_or_log()
    {
        var world = Golden.World;
        var texts = world.StatusWrites.Select(WorldJson.Text).Select(WithoutSpec)
            .Concat(world.Events.All.Select(e => e.Message)).Concat(world.Logs.Lines);

        texts.Where(text => text.Contains(Token) || text.Contains("-Xmx8g") || text.Contains(Canary.Environment))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Run_with_other_options_killed_around_any_creation_ends_golden()
    {
        var creations = Golden.World.Points.Where(p => p.What.StartsWith("create ", StringComparison.Ordinal))
            .SelectMany(p => new[] { p.Number, p.Number + 1 }).Distinct().ToList();
        creations.Count.ShouldBeGreaterThan(4);
        foreach (var fate in new[] { Fate.DieBefore, Fate.DieAfter, Fate.LostAnswer })
        {
            Cases.Try(creations, point => Golden.With(point, fate));
        }
    }

    [Fact]
    public void Options_updated_after_the_plan_fail_before_downtime_and_can_be_restored()
    {
        var world = Held();
        var old = world.Old("oms-b");
        var before = old.HostConfig;
        old.HostConfig = before with { Memory = 8L << 30 };
        Continue(world);
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Failed").ShouldBe(Reasons.TargetChanged);
        world.Status.Message.ShouldNotBeNull().ShouldContain("oms_322 on oms-b");
        world.Hosts.ShouldAllBe(h => world.Old(h.Name).IsRunning);
        old.HostConfig = before;
        world.Retry();
        world.RunToSuccess();
    }

    [Fact]
    public void Old_container_that_was_created_again_fails_before_downtime_with_the_way_out()
    {
        var world = Held();
        var (host, old) = (world["oms-b"], world.Old("oms-b"));
        old.Stop(0);
        host.Containers.Remove(old);
        var again = new WorldContainer(world, host, old.Name, old.Image, old.Config, old.HostConfig);
        host.Containers.Add(again);
        again.Start();
        Continue(world);
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Failed").ShouldBe(Reasons.TargetChanged);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunToRolledBack();
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Container_of_this_upgrade_with_other_options_is_not_taken_for_the_planned_one()
    {
        var world = Held();
        var host = world["oms-b"];
        var stray = new WorldContainer(world, host, OmsWorld.NewName, world.NewImageContent, new ContainerConfig
        {
            Labels = new Dictionary<string, string> { [Labels.UpgradeUid] = world.Upgrade.Metadata.Uid! }
        }, new HostConfig());
        host.Containers.Add(stray);
        Continue(world);
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Failed").ShouldBe(Reasons.TargetChanged);
        world.Status.Message.ShouldBeWorded();
        host.Containers.Remove(stray);
        world.Retry();
        world.RunToSuccess();
    }

    [Fact]
    public void Secret_that_vanishes_before_the_creation_is_named_and_its_return_continues()
    {
        var world = Held();
        world.Api.Delete<V1Secret>(OmsWorld.Namespace, "oms-env");
        Continue(world);
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Failed").ShouldBe(Reasons.SecretMissing);
        world.Status.Message.ShouldNotBeNull().ShouldContain("Secret oms-env");
        AddSecret(world);
        world.RunToSuccess();
    }

    [Theory]
    [InlineData(null, null, 120)]
    [InlineData(null, 600, 600)]
    [InlineData(null, -1, -1)]
    [InlineData("90s", 600, 90)]
    [InlineData("1500ms", null, 2)]
    public void Old_container_is_stopped_with_the_grace_of_the_spec(string? grace, int? ownTimeout, int expected)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        foreach (var host in world.Hosts)
        {
            var old = world.Old(host.Name);
            old.Config = old.Config with { StopTimeout = ownTimeout };
        }

        world.Apply(s => s with { Container = new ContainerSpec { StopGrace = grace } });
        world.RunToSuccess();

        world.Hosts.ShouldAllBe(h => h.Graces.SequenceEqual(new[] { expected }));
    }

    [Fact]
    public void Node_has_its_own_note_where_its_container_differs()
    {
        var world = Begin();
        world.EditSpec(s => s with
        {
            Approval = ApprovalPolicy.Manual,
            Regions = [s.Regions[0] with
            {
                Nodes =
                [
                    s.Regions[0].Nodes[0],
                    s.Regions[0].Nodes[1] with { Container = new ContainerSpec { Memory = "48Gi" } }
                ]
            }]
        });
        world.RunUntil(() => world.HasPlan, "planned");

        world.Plan.Notes.Where(n => n.Contains("only the image changes")).Select(n => n.Split(" the new container")[0])
            .ShouldBe(["On oms-a", "On oms-b"]);
        world.Step("PrepareImage/oms-b/create").As<CreateContainer>().Changes.ShouldNotBeNull()
            .ShouldContain("memory 48Gi");
    }

    private static OmsWorld Begin()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        foreach (var host in world.Hosts)
        {
            host.Write("/conf/config.yaml", System.Text.Encoding.UTF8.GetString(host.Files["/data/oms/config.yaml"]));
            var old = world.Old(host.Name);
            old.Config =
                old.Config with { Labels = new Dictionary<string, string>(old.Config.Labels!) { ["team"] = "dba" } };
            old.HostConfig = old.HostConfig with
            {
                Binds = ["data:/home/ds"],
                Mounts =
                [
                    new Mount { Type = "bind", Source = "/conf", Target = "/home/admin/conf" },
                    new Mount { Type = "bind", Source = "/data/oms/logs", Target = "/home/admin/logs" },
                ],
                ExtraHosts = ["metadb:192.0.2.9"],
                LogConfig = new LogConfig
                {
                    Type = "json-file",
                    Config = new Dictionary<string, string> { ["max-size"] = "10m" }
                },
                Memory = 16L << 30,
                MemorySwap = 32L << 30,
                Ulimits = [new Ulimit { Name = "nofile", Soft = 1024, Hard = 2048 }],
            };
        }

        AddSecret(world);
        return world.Apply(s => s with { Container = Changes });
    }

    private static void AddSecret(OmsWorld world) => world.Api.Create(new V1Secret
    {
        Metadata = new V1ObjectMeta { Name = "oms-env", Namespace = OmsWorld.Namespace },
        Data = OmsWorld.Bytes(("token", Token)),
    });

    private static OmsWorld Held()
    {
        var world = Begin();
        world.EditSpec(s => s with { HoldBefore = [OmsUpgradePhases.PrepareImage] });
        world.RunUntil(() => world.Is("Held"), "held");
        return world;
    }

    private static void Continue(OmsWorld world) => world.EditSpec(s => s with { HoldBefore = [] });

    private static string WithoutSpec(string json) => json[json.IndexOf("\"status\"", StringComparison.Ordinal)..];
}
