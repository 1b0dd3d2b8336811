using Docker.DotNet.Models;
using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class EncodingTests
{
    [Fact]
    public void Registry_credentials_are_json_in_base64_with_the_url_alphabet()
    {
        var encoded = DockerJson.Encode(
            new AuthConfig { Username = "u", Password = "a?>b~~~ÿ", ServerAddress = "registry.example" });

        encoded.ShouldNotContain("+");
        encoded.ShouldNotContain("/");
        var decoded =
            JsonDocument.Parse(Convert.FromBase64String(encoded.Replace('-', '+').Replace('_', '/'))).RootElement;
        decoded.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()).ShouldBe(
            new Dictionary<string, string?>
            {
                ["username"] = "u",
                ["password"] = "a?>b~~~ÿ",
                ["serveraddress"] = "registry.example"
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task Path_stat_header_is_read()
    {
        await using var engine = Stating(
            """{"name":"logs","size":4096,"mode":2147484141,"mtime":"2024-05-06T07:08:09.123456789+08:00","linkTarget":""}""");
        await using var client = engine.Client();

        var stat = (await client.Containers.FindAsync("c1", "/logs")).ShouldNotBeNull();

        (stat.Name, stat.Size, stat.IsRegularFile, stat.IsSymbolicLink).ShouldBe(("logs", 4096, false, false));
        engine.Requests[1].ShouldBe("HEAD /v1.41/containers/c1/archive?path=%2Flogs");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("%%%")]
    [InlineData("bm8ganNvbg==")]
    [InlineData("bnVsbA==")]
    public async Task Invalid_path_stat_header_is_protocol_error(string? header)
    {
        await using var engine = FakeEngine.Speaking(
            exchange => exchange.ReplyAsync(
                200, "", header is null ? [] : [$"X-Docker-Container-Path-Stat: {header}"]));
        await using var client = engine.Client();

        await Should.ThrowAsync<DockerProtocolException>(() => client.Containers.FindAsync("c1", "/logs"));
    }

    [Theory]
    [InlineData("app", "app:latest")]
    [InlineData("registry.example:5000/team/app", "registry.example:5000/team/app:latest")]
    [InlineData("registry.example:5000/team/app:1", "registry.example:5000/team/app:1")]
    [InlineData("team/app@sha256:00", "team/app@sha256:00")]
    public void Pull_without_tag_uses_latest(string image, string expected) =>
        ImageOperations.Tagged(image).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("/")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\r\nb")]
    public void An_id_that_would_name_another_path_is_refused(string id) =>
        Should.Throw<ArgumentException>(() => DockerApi.Id(id));

    [Fact]
    public void The_slash_before_a_name_is_understood() => DockerApi.Id("/oms_422").ShouldBe("oms_422");

    [Theory]
    [InlineData("a//b")]
    [InlineData("../images")]
    [InlineData("")]
    public void A_reference_that_would_name_another_path_is_refused(string name) =>
        Should.Throw<ArgumentException>(() => DockerApi.Reference(name));

    [Fact]
    public void A_reference_keeps_its_slashes() =>
        DockerApi.Reference("registry.example:5000/team/app:1").ShouldBe("registry.example%3A5000/team/app%3A1");

    [Theory]
    [InlineData("2024-05-06T07:08:09.123456789Z", "2024-05-06T07:08:09.1234568+00:00")]
    [InlineData("2024-05-06T07:08:09Z", "2024-05-06T07:08:09.0000000+00:00")]
    [InlineData("2024-05-06T07:08:09.1+02:00", "2024-05-06T07:08:09.1000000+02:00")]
    [InlineData("0001-01-01T00:00:00Z", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Engine_times_are_read_and_zero_means_never(string? text, string? expected) =>
        DockerModels.Time(text)?.ToString("O", System.Globalization.CultureInfo.InvariantCulture).ShouldBe(expected);

    [Theory]
    [InlineData("""{"Id":"c1","State":{}}""")]
    [InlineData(
        """{"Id":"c1","Name":null,"Image":null,"State":{"Status":"","StartedAt":""},"Config":null,"HostConfig":null,"Mounts":null}""")]
    [InlineData(
        """{"Id":"c1","State":{},"Config":{"Env":null,"Labels":null},"HostConfig":{"RestartPolicy":null,"Devices":null},"Mounts":[{"Source":null}]}""")]
    public async Task Missing_or_null_members_become_empty(string answer)
    {
        await using var engine = FakeEngine.Speaking(exchange => exchange.ReplyAsync(200, answer));
        await using var client = engine.Client();

        var container = await client.Containers.InspectContainerAsync("c1");

        (container.ShortName, container.Image, container.State.Status).ShouldBe(("", "", ""));
        (container.StartedAt, container.FinishedAt, container.Label("x")).ShouldBe((null, null, null));
        container.Config.Env.ShouldBeEmpty();
        container.HostConfig.Devices.ShouldBeEmpty();
        container.HostConfig.RestartPolicy.Name.ShouldBe(RestartPolicyKind.Undefined);
        container.Mounts.ShouldAllBe(mount => mount.Source == "" && mount.Name == "");
    }

    [Fact]
    public async Task Options_are_carried_from_inspect_to_create_as_they_are()
    {
        const string Options =
            """{"Image":"i","Env":["A=ü"],"FieldOfDocker99":{"deep":[1,2]},"HostConfig":{"Binds":["/a:/b"],"CapAdd":["SYS_ADMIN"],"OomScoreAdj":5,"FieldOfDocker99":1.50}}""";
        var sent = "";
        await using var engine = FakeEngine.Speaking(async exchange =>
        {
            if (exchange.Method == "POST")
            {
                sent = await exchange.BodyAsync();
                await exchange.RawAsync(
                    "HTTP/1.1 201 x\r\nContent-Length: 34\r\n\r\n{\"Id\":\"c2\",\"Warnings\":[\"careful\"]}");
                return;
            }

            await exchange.ReplyAsync(
                200,
                $$"""{"Id":"c1","State":{},"Config":{{Options}},"HostConfig":{{JsonDocument.Parse(Options).RootElement.GetProperty("HostConfig")}}}""");
        });
        await using var client = engine.Client();

        var inspected = await client.Containers.InspectContainerJsonAsync("c1");
        var created = await client.Containers.CreateContainerAsync("n", inspected["Config"]!.DeepClone().AsObject());

        System.Text.Json.Nodes.JsonNode.DeepEquals(
            System.Text.Json.Nodes.JsonNode.Parse(sent), System.Text.Json.Nodes.JsonNode.Parse(Options)).ShouldBeTrue();
        sent.ShouldContain("1.50");
        (created.ID, created.Warnings.ShouldHaveSingleItem()).ShouldBe(("c2", "careful"));
        engine.Requests[^1].ShouldBe("POST /v1.41/containers/create?name=n");
    }

    [Fact]
    public void Texts_of_records_show_no_secret()
    {
        var config = new global::Docker.DotNet.Models.ContainerConfig
        {
            Env = ["P=canary"],
            Cmd = ["canary"],
            Entrypoint = ["canary"]
        };
        object[] records =
        [
            new AuthConfig { Username = "u", Password = "canary", IdentityToken = "canary" },
            new InspectedContainer(
                "c", "c", "i", new State(), config, new global::Docker.DotNet.Models.HostConfig(), []),
            new ContainerExecCreateParameters { Cmd = ["canary"], Env = ["P=canary"] },
            new ContainerExecOutput("canary", "canary"),
            new Message { Action = "exec_start: canary" },
            new DockerTlsMaterial("canary"u8.ToArray(), "canary"u8.ToArray(), "canary"u8.ToArray()),
            new SshMaterial("canary"u8.ToArray(), "canary"u8.ToArray()),
            DockerEndpoint.Parse("ssh://u:canary@h") with { Ssh = new SshMaterial("canary"u8.ToArray(), []) },
        ];

        foreach (var record in records)
        {
            record.ToString()!.ShouldNotContain("canary", customMessage: record.GetType().Name);
        }
    }

    private static FakeEngine Stating(string stat) => FakeEngine.Speaking(exchange => exchange.ReplyAsync(
        200, "", $"X-Docker-Container-Path-Stat: {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(stat))}"));
}
