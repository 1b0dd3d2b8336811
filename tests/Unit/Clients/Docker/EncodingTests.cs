using System.Text;
using System.Text.Json;
using Drydock.Clients.Docker;
using Drydock.Clients.Ssh;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class EncodingTests
{
    [Fact]
    public void Registry_credentials_are_json_in_base64_with_the_url_alphabet()
    {
        var encoded = RegistryAuth.Encode(
            new AuthConfig { Username = "u", Password = "a?>b~~~ÿ", ServerAddress = "registry.example" });

        encoded.ShouldNotContain("+");
        encoded.ShouldNotContain("/");
        var decoded =
            JsonDocument.Parse(Convert.FromBase64String(encoded.Replace('-', '+').Replace('_', '/'))).RootElement;
        decoded.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()).ShouldBe(
            new Dictionary<string, string?> { ["username"] = "u", ["password"] = "a?>b~~~ÿ", ["serveraddress"] = "registry.example" },
            ignoreOrder: true);
    }

    [Fact]
    public void A_path_stat_header_is_decoded()
    {
        var header = Convert.ToBase64String("""{"name":"logs","size":4096,"mode":2147484141,"mtime":"2024-05-06T07:08:09.123456789+08:00","linkTarget":""}"""u8.ToArray());

        var stat = PathStat.Decode("e", header);

        stat.Name.ShouldBe("logs");
        stat.Size.ShouldBe(4096);
        stat.IsDirectory.ShouldBeTrue();
        stat.IsRegularFile.ShouldBeFalse();
        stat.IsSymbolicLink.ShouldBeFalse();
        ((int)stat.Permissions).ShouldBe(Convert.ToInt32("755", 8));
        stat.Mtime.ShouldBe(new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.FromHours(8)).AddTicks(1234567));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("%%%")]
    [InlineData("bm8ganNvbg==")]
    [InlineData("bnVsbA==")]
    public void Invalid_path_stat_header_is_protocol_error(string? header) =>
        Should.Throw<DockerProtocolException>(
            () => PathStat.Decode("e", header)).Message.ShouldContain(PathStat.Header);

    [Theory]
    [InlineData("2023-11-14T22:13:20Z", "1700000000.000000000")]
    [InlineData("2023-11-14T22:13:20.1234567Z", "1700000000.123456700")]
    [InlineData("1969-12-31T23:59:59.5Z", "-1.500000000")]
    public void Times_are_sent_as_seconds_and_nanoseconds(string time, string expected) =>
        QueryString.UnixTime(
            DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(expected);

    [Fact]
    public void Query_omits_unset_values_and_escapes_others() =>
        new QueryString("/p")
            .Add("a", (string?)null)
            .Add("b", false)
            .Add("c", true)
            .Add("d", "x&y=/ä")
            .Add("e", (int?)null)
            .Add("f", 5)
            .ToString()
            .ShouldBe("/p?c=true&d=x%26y%3D%2F%C3%A4&f=5");

    [Fact]
    public void Filters_are_one_json_object()
    {
        var query = new QueryString("/p").Add(
            "filters", new Dictionary<string, IReadOnlyList<string>> { ["event"] = ["die", "exec_die"] }).ToString();

        Uri.UnescapeDataString(query).ShouldBe("""/p?filters={"event":["die","exec_die"]}""");
    }

    [Theory]
    [InlineData("app", null, "app:latest")]
    [InlineData("registry.example:5000/team/app", null, "registry.example:5000/team/app:latest")]
    [InlineData("registry.example:5000/team/app:1", null, "registry.example:5000/team/app:1")]
    [InlineData("team/app@sha256:00", null, "team/app@sha256:00")]
    [InlineData("team/app", "2", "team/app")]
    public void Pull_without_tag_uses_latest(string image, string? tag, string expected) =>
        Names.OneImage(image, tag).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("/")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\r\nb")]
    public void An_id_that_would_name_another_path_is_refused(string id) =>
        Should.Throw<ArgumentException>(() => Names.Container(id));

    [Fact]
    public void The_slash_before_a_name_is_understood() => Names.Container("/oms_422").ShouldBe("oms_422");

    [Theory]
    [InlineData("a//b")]
    [InlineData("../images")]
    [InlineData("")]
    public void A_reference_that_would_name_another_path_is_refused(string name) =>
        Should.Throw<ArgumentException>(() => Names.Image(name));

    [Fact]
    public void A_reference_keeps_its_slashes() =>
        Names.Image("registry.example:5000/team/app:1").ShouldBe("registry.example%3A5000/team/app%3A1");

    [Theory]
    [InlineData("\"2024-05-06T07:08:09.123456789Z\"", "2024-05-06T07:08:09.1234567+00:00")]
    [InlineData("\"2024-05-06T07:08:09Z\"", "2024-05-06T07:08:09.0000000+00:00")]
    [InlineData("\"2024-05-06T07:08:09.1+02:00\"", "2024-05-06T07:08:09.1000000+02:00")]
    [InlineData("\"0001-01-01T00:00:00Z\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    public void Engine_times_are_read_and_zero_means_never(string json, string? expected)
    {
        var state = JsonSerializer.Deserialize($$$"""{"Id":"c1","State":{"StartedAt":{{{json}}}}}""", DockerJson.Default.ContainerInspectResponse)!.State;

        state.StartedAt?.ToString("O", System.Globalization.CultureInfo.InvariantCulture).ShouldBe(expected);
    }

    [Fact]
    public void Missing_or_null_fields_become_empty()
    {
        var left = JsonSerializer.Deserialize("""{"Id":"","State":{}}""", DockerJson.Default.ContainerInspectResponse)!;
        var nulls = JsonSerializer.Deserialize("""{"Id":null,"State":null,"Config":null,"HostConfig":null,"Mounts":null}""", DockerJson.Default.ContainerInspectResponse)!;

        foreach (var container in new[] { left, nulls })
        {
            container.ID.ShouldBe("");
            container.State.Status.ShouldBe("");
            container.Config.Env.ShouldBeNull();
            container.HostConfig.Binds.ShouldBeNull();
            container.Mounts.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Unknown_host_config_fields_survive()
    {
        const string Json = """{"Binds":["/a:/b"],"CapAdd":["SYS_ADMIN"],"Devices":[{"PathOnHost":"/dev/x","PathInContainer":"/dev/y","CgroupPermissions":"rwm"}],"OomScoreAdj":5}""";

        var config = JsonSerializer.Deserialize($$"""{"Id":"c1","State":{},"HostConfig":{{Json}}}""", DockerJson.Default.ContainerInspectResponse)!.HostConfig;
        var sent = JsonSerializer.Serialize(
            new CreateContainerParameters { Image = "i", HostConfig = config },
            DockerJson.Default.CreateContainerParameters);

        var host = JsonDocument.Parse(sent).RootElement.GetProperty("HostConfig");
        host.GetProperty("CapAdd").ToString().ShouldBe("[\"SYS_ADMIN\"]");
        host.GetProperty("Devices").ToString().ShouldBe("[{\"PathOnHost\":\"/dev/x\",\"PathInContainer\":\"/dev/y\",\"CgroupPermissions\":\"rwm\"}]");
        host.GetProperty("OomScoreAdj").GetInt32().ShouldBe(5);
        host.GetProperty("Binds").ToString().ShouldBe("[\"/a:/b\"]");
    }

    [Fact]
    public void Create_body_omits_name_and_unset_fields()
    {
        var json = JsonSerializer.Serialize(
            new CreateContainerParameters { Name = "n", Image = "i", Env = ["A=b"] },
            DockerJson.Default.CreateContainerParameters);

        JsonDocument.Parse(json).RootElement
            .EnumerateObject()
            .Select(p => p.Name)
            .ShouldBe(["Image", "Env", "Tty", "OpenStdin"], ignoreOrder: true);
    }

    [Fact]
    public void An_event_is_decoded_and_its_verb_is_bare()
    {
        var message = EventVerb.Split(JsonSerializer.Deserialize(
            """{"status":"exec_create: sh -c secret: x","id":"c1","Type":"container","Action":"exec_create: sh -c secret: x","Actor":{"ID":"c1","Attributes":{"execID":"e1","image":"i"}},"scope":"local","time":1700000000,"timeNano":1700000000123456789}""",
            DockerJson.Default.Message)!);

        message.Action.ShouldBe("exec_create");
        message.ActionDetail.ShouldBe("sh -c secret: x");
        message.Attribute("execID").ShouldBe("e1");
        message.Attribute("none").ShouldBeNull();
        message.TimeNano.ShouldBe(1700000000123456789);
        message.Time.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1700000000).AddTicks(1234567));
        message.ToString().ShouldBe("container exec_create c1");
    }

    [Fact]
    public void Texts_of_records_show_no_secret()
    {
        var config = new ContainerConfig { Env = ["P=canary"], Cmd = ["canary"], Entrypoint = ["canary"] };
        object[] records =
        [
            new AuthConfig { Username = "u", Password = "canary", IdentityToken = "canary" },
            config,
            new CreateContainerParameters { Image = "i", Env = ["P=canary"], Cmd = ["canary"] },
            new ContainerInspectResponse { Config = config },
            new ContainerExecCreateParameters { Cmd = ["canary"], Env = ["P=canary"] },
            new ContainerExecOutput
            {
                Stdout = BoundedOutput.FromText("canary"),
                Stderr = BoundedOutput.FromText("canary"),
            },
            new ExecResult { Stdout = BoundedOutput.FromText("canary") },
            new Message { Action = "exec_start", ActionDetail = "canary" },
            new DockerTlsMaterial("canary"u8.ToArray(), "canary"u8.ToArray(), "canary"u8.ToArray()),
            new SshMaterial("canary"u8.ToArray(), "canary"u8.ToArray()),
            DockerEndpoint.Parse("ssh://u:canary@h") with { Ssh = new SshMaterial("canary"u8.ToArray(), []) },
            new RegistryAuthBody("u", "canary", "s", "canary"),
        ];

        foreach (var record in records)
        {
            record.ToString()!.ShouldNotContain("canary", customMessage: record.GetType().Name);
        }
    }
}
