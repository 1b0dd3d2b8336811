using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>Dashboards are imported into Grafana once, and only those that differ.</summary>
public sealed class DashboardTests
{
    private const string Host = "192.0.2.1";
    private const string Step = "UpgradeMonitoring/grafana/dashboards";

    private const string Pd = """
        {"id":3,"uid":"pd","title":"Test-Cluster-PD","version":9,
         "annotations":{"list":[{"datasource":"-- Grafana --"}]},
         "templating":{"list":[{"type":"query","datasource":"${DS_TEST}","current":{"text":"10.0.0.1"},"options":[1]}]},
         "panels":[{"datasource":null,"targets":[]},{"panels":[{"datasource":"test-cluster"}]}]}
        """;

    [Fact]
    public void Dashboards_get_title_and_source_of_the_cluster_and_are_written_once()
    {
        var world = World();
        world.RunToSuccess();

        world.Done.Where(d => d.StartsWith("import ", StringComparison.Ordinal))
            .ShouldBe(["import Prod-PD", "import Overview"]);
        var stored = JsonNode.Parse(world.Dashboards["pd"].Model)!;
        stored["title"]!.GetValue<string>().ShouldBe("Prod-PD");
        stored["annotations"]!["list"]![0]!["datasource"]!.GetValue<string>().ShouldBe("-- Grafana --");
        stored["templating"]!["list"]![0]!["datasource"]!.GetValue<string>().ShouldBe("prod");
        stored["templating"]!["list"]![0]!["options"]!.AsArray().ShouldBeEmpty();
        stored["panels"]![0]!["datasource"]!.GetValue<string>().ShouldBe("prod");
        stored["panels"]![1]!["panels"]![0]!["datasource"]!.GetValue<string>().ShouldBe("prod");
        world.Step(Step).Message.ShouldBeWorded();
    }

    [Fact]
    public void Dashboard_that_Grafana_has_under_another_uid_is_found_by_title()
    {
        var world = World();
        world.Dashboards["random"] = (4, """{"id":1,"uid":"random","version":4,"title":"Overview","rows":[]}""");
        world.RunToSuccess();

        world.Done.Where(d => d.StartsWith("import ", StringComparison.Ordinal)).ShouldBe(["import Prod-PD"]);
        world.Dashboards.Keys.ShouldBe(["random", "pd"]);
    }

    [Fact]
    public void Operator_that_dies_while_it_imports_writes_no_dashboard_twice()
    {
        var world = World();
        var died = false;
        world.Fates = point =>
        {
            var dies = !died && point.What.Contains("/api/dashboards/db", StringComparison.Ordinal);
            died |= dies;
            return dies ? Fate.DieAfter : Fate.Live;
        };
        world.RunToSuccess();

        died.ShouldBeTrue();
        world.Done.Where(d => d.StartsWith("import ", StringComparison.Ordinal))
            .ShouldBe(["import Prod-PD", "import Overview"]);
    }

    [Fact]
    public void Grafana_that_stores_another_form_is_not_written_again()
    {
        var world = World();
        world.GrafanaAnswers = (method, path) => method == "GET" && path == "/api/dashboards/uid/pd"
            && world.Dashboards.TryGetValue("pd", out var stored)
            ? (200, new JsonObject
            {
                ["dashboard"] = new JsonObject { ["uid"] = "pd", ["version"] = stored.Version, ["schemaVersion"] = 41 }
            }.ToJsonString())
            : null;
        world.RunToSuccess();

        world.Count("import Prod-PD").ShouldBe(1);
    }

    [Fact]
    public void Refused_dashboard_fails_a_step_that_can_be_accepted()
    {
        var world = World();
        world.GrafanaAnswers = (method, _) =>
            method == "POST" ? (400, """{"message":"Cannot save provisioned dashboard"}""") : null;
        world.RunToStall();

        var step = world.Step(Step);
        (step.State, step.Acceptable).ShouldBe((StepState.Failed, true));
        step.Message.ShouldBeWorded();
    }

    [Fact]
    public void Silent_Grafana_is_waited_for_and_then_fails_a_step_that_can_be_accepted()
    {
        var world = World();
        world.GrafanaAnswers = (_, _) => (502, "starting");
        world.RunUntil(() => world.Step(Step).State == StepState.Running, "the import");
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Step(Step).State.ShouldBe(StepState.Running);
        world.RunToStall();

        world.Step(Step).Acceptable.ShouldBe(true);
    }

    [Theory]
    [InlineData(401, "AccessDenied")]
    [InlineData(403, "AccessDenied")]
    [InlineData(500, "StepFailed")]
    public void Preflight_finds_Grafana_that_refuses_the_login(int status, string reason)
    {
        var world = Made();
        world.GrafanaAnswers = (_, _) => status == 401
            ? throw new Drydock.Reconcilers.Databases.ServiceException(
                Reasons.AccessDenied, "the login was refused", isNotTaken: true)
            : (status, "no");

        world.Preflight().Findings.ShouldHaveSingleItem().Acknowledge.ShouldBe($"{reason}/grafana");
    }

    [Fact]
    public void Preflight_finds_missing_source_and_file_that_is_no_dashboard()
    {
        var world = Made(source: "elsewhere");
        world.Preflight().Findings.ShouldHaveSingleItem().Acknowledge.ShouldBe("ConfigurationInvalid/dashboards");
        world = Made();
        world.Files[(Host, "/opt/overview.json")] = "[]";
        world.Preflight().Findings.ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    private static TiDbWorld World() => Made().Begin();

    private static TiDbWorld Made(string source = "prod")
    {
        var world = new TiDbWorld(new TiDbWorldSetup
        {
            Spec = s => s with
            {
                Tidb = s.Tidb! with
                {
                    Monitoring = [new MonitoringService
                    {
                        Name = "grafana",
                        Host = Host,
                        Port = 3000,
                        DeployDir = "/data/grafana",
                        Control = new InstanceControl { Systemd = new SystemdControl() }
                    }],
                    Dashboards = new GrafanaDashboards
                    {
                        Service = "grafana",
                        From = ["/opt/dashboards", "/opt/overview.json"],
                        DataSource = source,
                        TitlePrefix = "Prod",
                        CredentialsSecretRef = new SecretReference { Name = "grafana" }
                    },
                },
            },
        });
        world.Files.Remove((Host, "/opt/dashboards"));
        world.Files[(Host, "/opt/dashboards/pd.json")] = Pd;
        world.Files[(Host, "/opt/dashboards/dests.json")] = """[{"name":"x"}]""";
        world.Files[(Host, "/opt/overview.json")] = """{"title":"Overview","rows":[]}""";
        return world;
    }
}
