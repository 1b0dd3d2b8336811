namespace Drydock.Tests.EndToEnd;

/// <summary>
/// Containers that an administrator started with options of their own, changes of the spec, and a docker_init.sh that
/// fails first: rolled back automatically, repaired, upgraded, rolled back on request.
/// </summary>
[Collection(Lanes.Accidents)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ContainerOptionsTests(StageFixture fixture)
{
    private const string Token = "t0ken-of-the-sink";

    // The consoles take their time to start and to stop, and supervisord waits until it calls a program RUNNING: no
    // JAR may run before the last console has gone. In the downtime the hosts go OFFLINE.
    private static OmsKnobs Slow { get; } =
        new() { StartSecs = 1, ConsoleStartSeconds = 1, ConsoleStopSeconds = 2, OfflineAfterSeconds = 20 };

    private static readonly UpgradeRoad Road = UpgradeRoad.Enterprise with
    {
        Id = "ee-322-422-options",
        Scenario = static options => options with
        {
            ConfigDirectoryBound = true,
            OldRunOptions =
            [
                "--add-host", "metadb.example:192.0.2.9", "--add-host", "ntp.example:192.0.2.8", "--dns", "192.0.2.53",
                "--label", "team=dba",
                "--log-opt", "max-size=10m", "--ulimit", "nofile=4096:8192", "--memory", "1g", "-e", "JVM_OPTS=-Xmx1g",
            ],
            Knobs = Slow with { Init = new OmsFault("half-migrated", Version: "4.2.2") },
        },
    };

    [Fact]
    public async Task Options_are_kept_and_failed_init_is_rolled_back_automatically()
    {
        var stage = await fixture.UseAsync(Road);
        var before = await stage.Oms.ReadStateAsync();
        var old = await InspectAsync(stage, stage.Oms.Options.OldContainer);
        var course = new UpgradeCourse(stage, UpgradeGoal.Rollback);
        var space = await stage.NewNamespaceAsync();
        var manifest = await ManifestAsync(stage, space);
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());

        var failed = await stage.WaitForAsync(space, u => u.IsOver("RolledBack"), TimeSpan.FromMinutes(4));
        failed.Reason("Failed").ShouldBe("RolledBackAfterFailure");
        failed.Message().ShouldContain("InitMetadata/oms-a");
        AssertNote(failed);
        await AssertCountsAsync(stage, attempts: 1, starts: 2);
        await AssertOldAsync(stage, before, old);
        await AssertNewAsync(stage);
        var automatic = WithoutStores(await course.EndStateAsync(space));

        await stage.Oms.SetKnobsAsync(Slow);
        await stage.ControlPlane.KubectlAsync(["-n", space, "annotate", "omsu", UpgradeCourse.Name, "drydock.dev/retry="
            + $"{(await stage.GetUpgradeAsync(space)).RetryWord()}"]);
        await stage.WaitForAsync(space, UpgradeReading.IsOver, TimeSpan.FromMinutes(4));
        (await stage.Oms.ReadStateAsync()).SchemaVersion.ShouldBe("4.2.2");
        await AssertCountsAsync(stage, attempts: 2, starts: 2);
        await AssertNewAsync(stage);
        await AssertEffectAsync(stage);

        await course.RollBackAsync(space);
        await course.ApproveAsync(space, TestContext.Current.CancellationToken);
        await stage.WaitForAsync(space, u => u.IsOver("RolledBack"), TimeSpan.FromMinutes(4));
        await AssertOldAsync(stage, before, old);
        await AssertCountsAsync(stage, attempts: 2, starts: 3);
        WithoutStores(await course.EndStateAsync(space))
            .ShouldBe(automatic, "an automatic rollback ends like one on request");
    }

    // After every restart of the old version high availability makes further stores, some time after the console
    // serves.
    private static List<string> WithoutStores(string state) =>
        [.. state.Split('\n').Where(line => !line.StartsWith("store ", StringComparison.Ordinal)
            && !line.StartsWith("writer ", StringComparison.Ordinal))];

    private static async Task<JsonObject> ManifestAsync(UpgradeStage stage, string space)
    {
        await stage.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = "sink", ["namespace"] = space },
            ["stringData"] = new JsonObject { ["token"] = Token },
        }.ToJsonString());
        var manifest = stage.Manifest(space);
        manifest["spec"]!["rollbackPolicy"] = "OnFailure";
        manifest["spec"]!["container"] = new JsonObject
        {
            ["env"] = new JsonArray(
                new JsonObject { ["name"] = "JVM_OPTS", ["value"] = "-Xmx2g" },
                new JsonObject
                {
                    ["name"] = "TOKEN",
                    ["valueFrom"] =
                        new JsonObject { ["secretKeyRef"] = new JsonObject { ["name"] = "sink", ["key"] = "token" } }
                }),
            ["extraHosts"] = new JsonArray("metadb.example:192.0.2.10", "sink.example:192.0.2.11"),
            ["ulimits"] = new JsonArray(new JsonObject { ["name"] = "nofile", ["soft"] = 16384, ["hard"] = 16384 }),
            ["logConfig"] =
                new JsonObject { ["driver"] = "json-file", ["options"] = new JsonArray("max-size=50m", "max-file=3") },
            ["memory"] = "2Gi",
            ["binds"] = new JsonArray($"{stage.Run.FolderFor("extra")}:/opt/extra:ro"),
            ["labels"] = new JsonArray("site=hz"),
            ["stopGrace"] = "30s",
        };
        manifest["spec"]!["regions"]![0]!["nodes"]![1]!["container"] =
            new JsonObject { ["labels"] = new JsonArray("rack=r2") };
        return manifest;
    }

    // The plan says what is kept and what differs, without the value of any variable.
    private static void AssertNote(JsonNode upgrade)
    {
        var notes = string.Join(
            '\n', upgrade.Plan()!["notes"]!.AsArray().Select(note => note!.GetValue<string>()));
        foreach (var part in new[]
        {
            "On oms-a the new container gets all options of the present one; only the image changes.",
            "The options of the current container are kept: ", "Dns", "Memory 1.0 GiB → 2.0 GiB",
            "spec.container sets memory 2Gi", "env TOKEN (Secret sink, key token)"
        })
        {
            notes.ShouldContain(part);
        }

        upgrade.ToJsonString().ShouldNotContain(Token);
    }

    private static async Task AssertCountsAsync(UpgradeStage stage, int attempts, int starts)
    {
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        var audit = await stage.Oms.AuditAsync();
        audit.Count(a => a.Event == OmsEvents.JarStart).ShouldBe(attempts * stage.Hosts.Count);
        audit.Count(a => a.Event == OmsEvents.InitStart).ShouldBe(attempts);
        audit.Count(a => a.Event == OmsEvents.ContainerStart && a.Version == "3.2.2")
            .ShouldBe(starts * stage.Hosts.Count, "once by the administrator, then by each rollback");
    }

    private static async Task AssertOldAsync(UpgradeStage stage, OmsState before, IReadOnlyList<JsonNode> old)
    {
        var state = await stage.Oms.ReadStateAsync();
        state.DatabaseText().ShouldBe(before.DatabaseText());
        state.Hosts.Values.ShouldAllBe(status => status == "ONLINE");
        state.Damage.ShouldBeEmpty();
        state.Nodes.ShouldAllBe(
            node => node.Containers.Single(c => c.Name == stage.Oms.Options.OldContainer).Status == "running");
        state.Nodes.ShouldAllBe(
            node => node.Containers.Single(c => c.Name == stage.Road.NewContainer).Status == "exited");
        foreach (var (was, now) in old.Zip(await InspectAsync(stage, stage.Oms.Options.OldContainer)))
        {
            foreach (var part in new[] { "Id", "Config", "HostConfig" })
            {
                now[part]!.ToJsonString().ShouldBe(was[part]!.ToJsonString());
            }
        }
    }

    private static async Task AssertNewAsync(UpgradeStage stage)
    {
        var containers = await InspectAsync(stage, stage.Road.NewContainer);
        for (var i = 0; i < containers.Count; i++)
        {
            var (config, host) = (containers[i]["Config"]!, containers[i]["HostConfig"]!);
            Texts(host["ExtraHosts"]).ShouldBe(
                ["metadb.example:192.0.2.10", "ntp.example:192.0.2.8", "sink.example:192.0.2.11"], ignoreOrder: true);
            Texts(host["Dns"]).ShouldBe(["192.0.2.53"]);
            host["Memory"]!.GetValue<long>().ShouldBe(2L << 30);
            host["LogConfig"]!["Config"]!.ToJsonString().ShouldBe("""{"max-file":"3","max-size":"50m"}""");
            host["Ulimits"]!.AsArray().Select(x => $"{x!["Name"]}={x["Soft"]}:{x["Hard"]}")
                .ShouldBe(["nofile=16384:16384", "nproc=65535:65535"], ignoreOrder: true);
            Texts(host["Binds"]).ShouldBe(
                [.. stage.Oms.BindsOf(stage.Oms.Nodes[i]), $"{stage.Run.FolderFor("extra")}:/opt/extra:ro"],
                ignoreOrder: true);
            Texts(config["Env"]).ShouldContain("JVM_OPTS=-Xmx2g");
            Texts(config["Env"]).ShouldContain($"TOKEN={Token}");
            Texts(config["Env"]).ShouldContain("IS_UPGRADE=true");
            var labels = config["Labels"]!;
            (labels["team"]!.GetValue<string>(), labels["site"]!.GetValue<string>(), labels["rack"]?.GetValue<string>())
                .ShouldBe(("dba", "hz", i == 1 ? "r2" : null));
        }
    }

    // What the processes of the new container see.
    private static async Task AssertEffectAsync(UpgradeStage stage)
    {
        var seen = await stage.Hosts[0].DockerAsync(["exec", stage.Road.NewContainer, "sh", "-c", "cat /etc/hosts "
            + "/proc/1/limits /home/admin/conf/config.yaml; ls -d /opt/extra; echo $JVM_OPTS"]);
        seen.ShouldMatch(@"192\.0\.2\.10\s+metadb\.example");
        seen.ShouldMatch(@"192\.0\.2\.8\s+ntp\.example");
        seen.ShouldMatch("Max open files +16384 +16384");
        seen.ShouldContain("oms_meta_host");
        seen.ShouldContain("/opt/extra\n-Xmx2g");
    }

    private static async Task<IReadOnlyList<JsonNode>> InspectAsync(UpgradeStage stage, string container)
    {
        var texts = await Task.WhenAll(
            stage.Hosts.Select(host => host.DockerAsync(["inspect", "--type", "container", container])));
        return [.. texts.Select(text => JsonNode.Parse(text)![0]!)];
    }

    private static List<string> Texts(JsonNode? list) =>
        [.. (list?.AsArray() ?? []).Select(text => text!.GetValue<string>())];
}
