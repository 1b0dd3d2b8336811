using Drydock.Clients.Kubernetes.Json;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class JsonTests
{
    private static readonly JsonSerializerOptions Options = KubernetesJson.CreateOptions(WidgetContext.Default);

    [Fact]
    public void Fields_missing_in_json_keep_initial_values()
    {
        var widget = Read<Widget>("""{"metadata":{"name":"w"},"spec":{"secrets":["s"]}}""");

        widget.Spec.Size.ShouldBe(7);
        widget.Spec.Part.Timeout.ShouldBe("10m");
        widget.Spec.Secrets.ShouldBe(["s"]);
        widget.Status.ShouldBeNull();
        Read<Widget>("{}").Spec.Part.Timeout.ShouldBe("10m");
    }

    [Fact]
    public void What_is_ignored_stays_ignored()
    {
        var options = KubernetesJson.CreateOptions(IgnoringContext.Default);
        var read = JsonSerializer.Deserialize("""{"never":"x","count":0,"text":"t"}""", options.TypeInfo<Ignoring>())!;

        read.ShouldBe(new Ignoring { Text = "t" });
        JsonSerializer.Serialize(new Ignoring { Never = "x", Limit = null }, options.TypeInfo<Ignoring>())
            .ShouldBe("""{"limit":null,"text":"initial"}""");
        JsonSerializer.Serialize(new Ignoring { Count = 3, Limit = 4 }, options.TypeInfo<Ignoring>())
            .ShouldBe("""{"count":3,"limit":4,"text":"initial"}""");
    }

    [Fact]
    public void Finished_step_is_written_sparsely_and_reads_back_unchanged()
    {
        var options = KubernetesJson.CreateOptions(Drydock.Crds.CrdsJsonContext.Default);
        var at = new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero);
        var pending = new StoredStep
        {
            Id = "UpgradeTiKV/tikv-1/drain",
            Node = "tikv-1",
            Action = "DrainTikv",
            Timeout = "11m",
            MaxAttempts = 5,
        }.AsStep();
        var over = pending.With(
            r => r with { State = StepState.Succeeded, Attempt = 1, StartedAt = at, FinishedAt = at });
        var second = over.With(r => r with { Attempt = 2 });
        var own = over with
        {
            Planned =
                over.Planned with { Phase = "Other", Title = "let leaders go", Reversible = false, RunOnce = true }
        };

        Written(pending).ShouldBe(
            """{"id":"UpgradeTiKV/tikv-1/drain","phase":"UpgradeTiKV","node":"tikv-1","title":"Drain tikv-1","action":"DrainTikv","timeout":"11m","maxAttempts":5,"state":"Pending"}""");
        Written(over).ShouldBe(
            """{"id":"UpgradeTiKV/tikv-1/drain","phase":"UpgradeTiKV","node":"tikv-1","title":"Drain tikv-1","action":"DrainTikv","timeout":"11m","maxAttempts":5,"state":"Succeeded","startedAt":"2026-03-01T02:00:00Z","finishedAt":"2026-03-01T02:00:00Z"}""");
        Written(second).ShouldContain("\"attempt\":2");

        // A step that is undone while the upgrade waits is pending again: what decides then must not be lost.
        foreach (var step
            in new[] { pending, over, second, own, over with { Planned = over.Planned with { AsksWindow = true } } })
        {
            var read = JsonSerializer.Deserialize<PlanProgress>(
                JsonSerializer.Serialize(Alone(step), options), options)!.Steps[0];
            read.Record.ShouldBe(step.Record);
            (read.Planned with { Phase = step.Phase, Title = step.Title, Parameters = step.Parameters })
                .ShouldBe(step.Planned with { Phase = step.Phase, Title = step.Title });
            (read.Phase, read.Title).ShouldBe((step.Phase, step.Title));
        }

        static PlanProgress Alone(Step step) => PlanProgress.Of(new Plan(), [step], []);

        string Written(Step step) => JsonSerializer.Serialize(StoredRun.ToStored(Alone(step)).Steps[0], options);
    }

    [Fact]
    public void A_null_in_the_JSON_counts_as_absent()
    {
        var widget = Read<Widget>("""{"metadata":{"name":null,"labels":null,"creationTimestamp":null},"spec":null}""");

        widget.Metadata.Name.ShouldBeNull();
        widget.Metadata.CreationTimestamp.ShouldBeNull();
        widget.Spec.Size.ShouldBe(7);
    }

    [Fact]
    public void Null_for_number_or_flag_is_reported_with_field_path()
    {
        var json = new EntityJson(Options);
        using var widget = JsonDocument.Parse("""{"metadata":{"name":"w"},"spec":{"size":null}}""");
        var read = () => json.Read<Widget>(
            new KubernetesRequest("get", "example.dev", "widgets", "n", "w"), widget.RootElement);

        read.ShouldThrow<KubernetesUnreadableObjectException>().Message.ShouldContain("spec.size");
    }

    [Fact]
    public void Label_and_annotation_keys_are_written_as_they_are()
    {
        var widget = Widget.Named("w") with
        {
            Metadata =
                new() { Name = "w", Labels = new Dictionary<string, string> { ["App.Kubernetes.io/Name"] = "X" } },
        };

        var text = Write(widget);

        text.ShouldContain("\"App.Kubernetes.io/Name\":\"X\"");
        text.ShouldNotContain("annotations");
        Read<Widget>(text).Metadata.Labels!["App.Kubernetes.io/Name"].ShouldBe("X");
    }

    [Theory]
    [InlineData("2026-05-04T03:02:01Z", "2026-05-04T03:02:01Z")]
    [InlineData("2026-05-04T05:02:01+02:00", "2026-05-04T03:02:01Z")]
    [InlineData("2026-05-04T03:02:01.123456789Z", "2026-05-04T03:02:01.123456Z")]
    public void Times_are_read_as_RFC_3339_and_written_in_UTC(string read, string written) =>
        Write(Read<Widget>($$$"""{"status":{"at":"{{{read}}}"}}""")).ShouldContain($"\"at\":\"{written}\"");

    [Fact]
    public void Times_of_leases_always_have_six_digits()
    {
        var lease = new V1Lease { Spec = new() { RenewTime = new DateTime(2026, 5, 4, 3, 2, 1, DateTimeKind.Utc) } };

        Write(lease).ShouldContain("\"renewTime\":\"2026-05-04T03:02:01.000000Z\"");
    }

    [Fact]
    public void Secret_values_are_base64_in_json_and_absent_in_text()
    {
        var secret = Read<V1Secret>("""{"metadata":{"name":"s","namespace":"n"},"data":{"password":"Y2FuYXJ5"}}""");

        secret.Data!["password"].ShouldBe("canary"u8.ToArray());
        (secret with { StringData = new Dictionary<string, string> { ["password"] = "canary" } }).ToString()
            .ShouldNotContain("canary");
        $"{secret}".ShouldNotContain("Y2FuYXJ5");
        Write(secret).ShouldContain("\"password\":\"Y2FuYXJ5\"");
    }

    [Fact]
    public void Metadata_of_a_secret_has_no_value() =>
        Write(Read<SecretMetadata>(
            """{"metadata":{"name":"s"},"data":{"password":"Y2FuYXJ5"},"stringData":{"password":"canary"}}"""))
            .ShouldBe("""{"apiVersion":"","kind":"","metadata":{"name":"s"}}""");

    [Fact]
    public void Notes_of_the_server_about_writers_are_not_kept()
    {
        var widget = Read<Widget>(
            """{"metadata":{"name":"w","managedFields":[{"manager":"kubectl","fieldsV1":{"f:spec":{}}}]}}""");

        widget.Metadata.ManagedFields.ShouldBeNull();
    }

    [Fact]
    public void What_only_memory_knows_is_not_written()
    {
        var written = Write(Widget.Named("w") with { Kind = "Widget", IsReduced = true, AsWritten = [] });

        written.ShouldStartWith(
            """{"apiVersion":"","kind":"Widget","metadata":{"name":"w","namespace":"default"},"spec":{""");
        written.ShouldNotContain("educed");
        written.ShouldNotContain("ritten");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata":null}""")]
    [InlineData("""{"metadata":{"namespace":"n","name":""}}""")]
    public void An_object_without_name_is_unreadable(string text)
    {
        using var secret = JsonDocument.Parse(text);

        var (entity, unreadable) = new EntityJson(Options).TryRead<V1Secret>(secret.RootElement);

        entity.ShouldBeNull();
        unreadable!.Error.ShouldBeWorded();
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize(json, Options.TypeInfo<T>())!;

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, Options.TypeInfo<T>());
}
