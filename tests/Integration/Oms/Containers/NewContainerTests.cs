using Drydock.Crds.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Runs;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Integration.Clients.Docker.Fixture;
using ContainerRemoveParameters = Docker.DotNet.Models.ContainerRemoveParameters;

namespace Drydock.Tests.Integration.Oms.Containers;

/// <summary>A container that an administrator started with options of his own, and what a real dockerd makes of its
/// successor.</summary>
[Collection(DockerDaemonCollection.Name)]
public sealed class NewContainerTests(DockerDaemonFixture daemon) : IAsyncLifetime
{
    private readonly DockerClient _client = DockerDaemonFixture.Client(daemon.TlsEndpoint);
    private readonly string _name = $"oms-{Guid.NewGuid():N}"[..16];
    private readonly string _data = Directory.CreateDirectory($"{daemon.Root}/oms-{Guid.NewGuid():N}").FullName;

    public async ValueTask InitializeAsync()
    {
        foreach (var (version, env) in new[] { ("old", "OF_IMAGE=old"), ("new", "OF_IMAGE=new") })
        {
            using var layer = new MemoryStream();
            await BusyboxLayer.WriteAsync(layer);
            layer.Position = 0;
            await FixtureShell.RunAsync(
                layer, "docker", "-H", Socket, "import",
                "--change", $"ENV {env}", "--change", $"LABEL version={version}", "--change", "WORKDIR /data",
                "--change", "ENTRYPOINT [\"/bin/sleep\"]", "--change", "CMD [\"3600\"]", "--change",
                "VOLUME /var/cache",
                "-", Image(version));
        }

        Directory.CreateDirectory($"{_data}/conf");
        await File.WriteAllTextAsync($"{_data}/conf/config.yaml", "a: b\n");
        Directory.CreateDirectory($"{_data}/logs");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var container in new[] { _name, NewName })
        {
            try
            {
                await _client.Containers.RemoveContainerAsync(
                    container, new ContainerRemoveParameters { Force = true, RemoveVolumes = true });
            }
            catch (DockerNotFoundException)
            {
                // The test did not get that far.
            }
        }

        await _client.DisposeAsync();
    }

    [Fact]
    public async Task Created_container_equals_the_old_one_but_for_documented_differences()
    {
        var old = await RunOldAsync(
            "--mount", $"type=bind,source={_data}/conf,target=/home/admin/conf", "--mount",
            $"type=bind,source={_data}/logs,target=/home/admin/logs",
            "-v", $"{_name}-store:/home/ds/store", "-v", "/home/ds/run", "--add-host", "metadb:192.0.2.9", "--log-opt",
            "max-size=10m", "--memory", "64m",
            "--ulimit", "nofile=1024:2048", "--label", "team=dba", "--device", "/dev/null:/dev/oms", "--shm-size",
            "32m", "--cap-add", "NET_ADMIN",
            "--dns", "192.0.2.53", "--cpu-shares", "512", "--tmpfs", "/scratch", "--stop-timeout", "7", "--restart",
            "always", "-e", "TZ=Asia/Shanghai", "-e", "OMS_HOST_IP=192.0.2.7");

        var made = await CreateAsync(old, new ContainerSpec());

        // Of ports, nothing was published; dockerd shows that as {} or as null.
        Differences(Host(old), Host(made)).Except(["PortBindings"]).ShouldBe(
            ["Binds", "MaskedPaths", "Privileged", "ReadonlyPaths", "RestartPolicy", "SecurityOpt", "Ulimits"]);
        Differences(Config(old), Config(made)).ShouldBe(["Env", "Image", "Labels", "OpenStdin", "Tty", "Volumes"]);
        Host(made).Objects("Ulimits").Select(limit => $"{limit.Text("Name")} {limit["Soft"]} {limit["Hard"]}").ShouldBe(
            ["nofile 1024 2048", "nproc 65535 65535"]);
        var path = Config(old).Texts("Env").Where(line => line.StartsWith("PATH=", StringComparison.Ordinal));
        Config(made).Texts("Env").ShouldBe(
            ["OF_IMAGE=new", "TZ=Asia/Shanghai", "OMS_HOST_IP=192.0.2.1", "IS_UPGRADE=true", .. path],
            ignoreOrder: true);
        ((JsonObject)Config(made)["Labels"]!)
            .Where(label => !label.Key.StartsWith("drydock.dev/", StringComparison.Ordinal))
            .Select(label => $"{label.Key}={label.Value}")
            .ShouldBe(["team=dba", "version=new"], ignoreOrder: true);
        $"{Host(made)["Privileged"]} {Host(made)["RestartPolicy"]!["Name"]}".ShouldBe("true no");
        Sources(made)
            .ShouldBe(Sources(old), "every mount shows the same place of the host, also the volume without a name");

        await _client.Containers.StopContainerAsync(Id(old), 1);
        (await _client.Containers.StartContainerAsync(Id(made))).ShouldBeTrue();
        var limits = await _client.RunExecAsync(
            Id(made), ["cat", "/proc/1/limits", "/etc/hosts"], CancellationToken.None);
        limits.Stdout.ShouldContain("metadb");
        limits.Stdout.ShouldMatch(@"Max processes +65535 +65535");
        limits.Stdout.ShouldMatch(@"Max open files +1024 +2048");
    }

    [Fact]
    public async Task Changes_of_the_spec_replace_options_of_the_old_container()
    {
        var old = await RunOldAsync(
            "--memory", "64m", "--add-host", "metadb:192.0.2.9", "--log-opt", "max-size=10m", "-e", "TOKEN=old",
            "--entrypoint", "", Image("old"), "sh", "-c", "sleep 3600");

        var made = await CreateAsync(old, new ContainerSpec
        {
            Memory = "128Mi",
            ExtraHosts = ["metadb:192.0.2.10"],
            Ulimits = [new UlimitSpec { Name = "nofile", Soft = 4096 }],
            LogConfig = new LogConfigSpec { Driver = "local", Options = ["max-size=5m"] },
            Binds = [$"{_data}/logs:/opt/logs:ro"],
            Labels = ["team=dba"],
            Env = [new EnvironmentVariable
            {
                Name = "TOKEN",
                ValueFrom =
                    new EnvironmentSource { SecretKeyRef = new SecretKeyReference { Name = "oms", Key = "token" } }
            }],
        });

        var (config, host) = (Config(made), Host(made));
        host.Texts("ExtraHosts").ShouldBe(["metadb:192.0.2.10"]);
        var log = (JsonObject)host["LogConfig"]!;
        (log.Text("Type"), (log["Config"] as JsonObject).Text("max-size")).ShouldBe(("local", "5m"));
        host.Number("Memory").ShouldBe(Host(old).Number("Memory") * 2);
        host.Texts("Binds").ShouldBe([$"{_data}/logs:/opt/logs:ro"]);
        config.Texts("Env").ShouldContain("TOKEN=oms/token");
        (config["Labels"] as JsonObject).Text("team").ShouldBe("dba");
        config["Entrypoint"].ShouldBeNull();
        config.Texts("Cmd").ShouldBe(Config(old).Texts("Cmd"));
    }

    [Fact]
    public async Task Probe_copies_nothing_of_the_image_into_empty_volumes()
    {
        var mount = new JsonObject { ["Type"] = "volume", ["Source"] = $"{_name}-long", ["Target"] = "/bin" };
        JsonObject[] forms =
        [
            new() { ["Binds"] = DockerJson.List([$"{_name}-short:/bin:ro"]) },
            new() { ["Mounts"] = new JsonArray(mount) },
        ];
        foreach (var form in forms)
        {
            await _client.Containers.CreateContainerAsync(NewName, ProbeContainer.Of(Options(form)));
            await _client.Containers.RemoveContainerAsync(
                NewName, new ContainerRemoveParameters { RemoveVolumes = true });
        }

        foreach (var volume in new[] { $"{_name}-long", $"{_name}-short" })
        {
            Files(volume).ShouldBeEmpty(volume);
        }

        await _client.Containers.CreateContainerAsync(NewName, Options(forms[1]));
        Files($"{_name}-long").ShouldNotBeEmpty("a container that is no probe has them filled");

        static JsonObject Options(JsonObject host) =>
            new() { ["Image"] = Image("new"), ["HostConfig"] = host.DeepClone() };
    }

    [Fact]
    public async Task Paths_of_the_host_are_found_whatever_they_are()
    {
        var files = new OmsHostFiles(_client, OneHost.Uid, Image("old"));

        foreach (var path in new[] { "/dev/null", _data, $"{_data}/conf/config.yaml" })
        {
            (await files.ExistsAsync(path, CancellationToken.None)).ShouldBeTrue(path);
        }

        (await files.ExistsAsync("/dev/no-such-device", CancellationToken.None)).ShouldBeFalse();
        (await files.IsLeftoverThereAsync(CancellationToken.None)).ShouldBeFalse();
    }

    private string Socket => $"unix://{daemon.Socket}";

    private string NewName => $"{_name}-new";

    private IEnumerable<string> Files(string volume) =>
        Directory.EnumerateFileSystemEntries($"{daemon.Root}/data/volumes/{volume}/_data");

    private static string Image(string version) => $"drydock/container-{version}:1";

    // The image and its command may end the options.
    private async Task<JsonObject> RunOldAsync(params string[] options)
    {
        string[] image = options.Contains(Image("old"), StringComparer.Ordinal) ? [] : [Image("old")];
        await FixtureShell.RunAsync(
            "docker", ["-H", Socket, "run", "-d", "--name", _name, "--net", "host", .. options, .. image]);
        return await _client.Containers.InspectContainerJsonAsync(_name);
    }

    private async Task<JsonObject> CreateAsync(JsonObject old, ContainerSpec changes)
    {
        var inherited = InheritedOptions.Of(old, await _client.Images.InspectImageConfigAsync(old.Text("Image")!));
        var args = new CreateContainer(
            NewName,
            Id(old),
            inherited.Hash,
            Image("new"),
            "192.0.2.1",
            IsUpgrade: true,
            ChangesHash: ContainerOverrides.Hash(changes));
        var step = new StoredStep
        {
            Id = "PrepareImage/oms-a/create",
            Node = "oms-a",
            Action = nameof(CreateContainer),
            Parameters = StepArguments.Write(args)
        }.AsStep();
        var context = new StepContext
        {
            OwnerUid = OneHost.Uid,
            Plan = PlanProgress.Of(new Plan(), [step], []),
            Step = step,
            Time = TimeProvider.System
        };
        var action = new StepCatalog<OmsTargets>(OneHost.Targets(_client, "oms-a", changes, ("oms", "token"))).Action(
            step.Planned);

        (await action.ObserveAsync(context, CancellationToken.None)).ShouldBeOfType<Observation.NotStarted>();
        await action.ActAsync(context, CancellationToken.None);
        var done = (await action.ObserveAsync(context, CancellationToken.None)).ShouldBeOfType<Observation.Done>();
        var made = await _client.Containers.InspectContainerJsonAsync(NewName);
        done.Facts![CreateContainer.ContainerIdFact].ShouldBe(Id(made));
        OptionFields.OfContainer(made).DifferencesTo(done.Facts[CreateContainer.OptionsFact]).ShouldBeEmpty();
        return made;
    }

    private static string Id(JsonObject container) => container.Text("Id")!;

    private static JsonObject Config(JsonObject container) => (JsonObject)container["Config"]!;

    private static JsonObject Host(JsonObject container) => (JsonObject)container["HostConfig"]!;

    private static IEnumerable<string> Differences(JsonObject before, JsonObject after) =>
        before.Select(field => field.Key)
            .Union(after.Select(field => field.Key), StringComparer.Ordinal)
            .Where(name => !JsonNode.DeepEquals(before[name], after[name]))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Sources(JsonObject container) => container.Objects("Mounts")
        .Where(mount => mount.Text("Destination") != "/var/cache")
        .Select(mount => $"{mount.Text("Source")} {mount.Text("Destination")} {mount["RW"]}")
        .Order(StringComparer.Ordinal);
}
