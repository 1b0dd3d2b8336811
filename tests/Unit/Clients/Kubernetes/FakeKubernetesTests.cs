namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>The API server of the other tests does what a real one does.</summary>
public sealed class FakeKubernetesTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeKubernetes _api;

    public FakeKubernetesTests() => _api = new FakeKubernetes(WorldJson.Crds, _time, "oms");

    [Fact]
    public void What_the_schema_refuses_is_answered_with_its_fields()
    {
        var (spec, made) = (OmsWorld.AnySpec, _api.Create(New()));
        Fields(() => _api.Create(New("other") with { Spec = spec with { FromVersion = "3", HoldBefore = ["a", "a"] } }))
            .ShouldBe(["spec.fromVersion", "spec.fromVersion", "spec.holdBefore"], ignoreOrder: true);
        Fields(() => _api.Update(made with { Spec = spec with { Image = "" } })).ShouldContain("spec.image");
        var tooLong = new OmsUpgradeStatus { Message = new string('m', SchemaLimits.Message + 1) };
        Fields(() => _api.UpdateStatus(made with { Status = tooLong })).ShouldBe(["status.message"]);
        Fields(() => Patch("""{"spec":{"approval":"Maybe","paused":1}}"""))
            .ShouldBe(["spec.approval", "spec.paused"], ignoreOrder: true);
        Patch("""{"spec":{"unknown":1}}""").ShouldBe(made, "an unknown field is dropped, and nothing has changed");
    }

    [Fact]
    public void Generation_rises_with_the_spec_and_with_the_deletion()
    {
        var now = _time.GetUtcNow().UtcDateTime;
        var made = _api.Create(New() with { Metadata = New().Metadata with { Finalizers = ["a/b"], Generation = 7 } });
        (made.Metadata.Generation, made.Status!.ObservedGeneration, made.Metadata.CreationTimestamp)
            .ShouldBe((1, -1, now));
        var paused = made with { Spec = made.Spec with { Paused = true } };
        made = _api.UpdateStatus(paused with { Status = new OmsUpgradeStatus { Phase = RunPhases.Planned } });
        (made.Metadata.Generation, made.Spec.Paused).ShouldBe((1, false));
        made = _api.Update(paused with { Metadata = made.Metadata, Status = null });
        (made.Metadata.Generation, made.Spec.Paused, made.Status!.Phase).ShouldBe((2, true, RunPhases.Planned));
        _api.Delete<OmsUpgrade>("oms", "up").ShouldBeTrue();
        _api.Delete<OmsUpgrade>("oms", "up").ShouldBeTrue();
        made = _api.Find<OmsUpgrade>("oms", "up")!;
        (made.Metadata.Generation, made.Metadata.DeletionTimestamp).ShouldBe((3, now));
        Patch("""{"metadata":{"finalizers":null}}""");
        _api.Find<OmsUpgrade>("oms", "up").ShouldBeNull();
    }

    [Fact]
    public void Preconditions_refuse_another_version_and_another_object()
    {
        var made = _api.Create(New());
        var newer = _api.PatchMetadata<OmsUpgrade>("oms", "up", m => m with { Finalizers = ["a/b"] });
        Should.Throw<KubernetesConflictException>(() => _api.Update(made));
        Should.Throw<KubernetesConflictException>(() => _api.UpdateStatus(made));
        Should.Throw<KubernetesConflictException>(() => Patch("""{"metadata":{"uid":"another"}}"""));
        Should.Throw<KubernetesConflictException>(() => Delete("another", newer.Metadata.ResourceVersion));
        Should.Throw<KubernetesConflictException>(() => Delete(made.Metadata.Uid, made.Metadata.ResourceVersion));
        Delete(made.Metadata.Uid, newer.Metadata.ResourceVersion).ShouldBeTrue();
    }

    [Theory]
    [InlineData("get")]
    [InlineData("list")]
    [InlineData("watch")]
    [InlineData("create")]
    [InlineData("update")]
    [InlineData("status")]
    [InlineData("patch")]
    [InlineData("delete")]
    public async Task Each_verb_meets_each_fault_at_the_chosen_call(string verb)
    {
        foreach (var fault in new[] { ApiFault.Conflict, ApiFault.Invalid, ApiFault.ServerError, ApiFault.LostAnswer })
        {
            _api.Faults.Clear();
            _api.Faults.Add(new ApiFaultRule(fault) { Verb = verb, Kind = "ConfigMap", Nth = 2 });
            await CallAsync(verb, 1);
            var failure = await Should.ThrowAsync<KubernetesException>(() => CallAsync(verb, 2));
            var isWrite = verb is not ("get" or "list" or "watch");
            failure.ShouldBeAssignableTo((fault, isWrite) switch
            {
                (ApiFault.Conflict, _) => typeof(KubernetesConflictException),
                (ApiFault.Invalid, _) => typeof(KubernetesInvalidException),
                (_, true) => typeof(KubernetesOutcomeUnknownException),
                (ApiFault.ServerError, _) => typeof(KubernetesApiException),
                _ => typeof(KubernetesUnreachableException),
            });
            await CallAsync(verb, 3);
        }

        _api.Faults.Add(new ApiFaultRule(ApiFault.Slow) { Verb = verb, Pause = TimeSpan.FromMinutes(1) });
        var slow = CallAsync(verb, 4);
        slow.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMinutes(1));
        await slow;
    }

    // On a ConfigMap of this call.
    private async Task CallAsync(string verb, int number)
    {
        var map = new V1ConfigMap { Metadata = new V1ObjectMeta { Name = $"map-{number}-{_api.Writes}" } };
        var name = map.Metadata.Name;
        var there = verb == "create" ? map : _api.Create(map);
        await (verb switch
        {
            "get" => _api.GetAsync<V1ConfigMap>(name),
            "list" => _api.ListAsync<V1ConfigMap>(),
            "create" => _api.CreateAsync(map),
            "update" => _api.UpdateAsync(there with { Immutable = true }),
            "status" => _api.UpdateStatusAsync(there),
            "patch" => _api.PatchAsync<V1ConfigMap>(Json("""{"data":{"a":"b"}}"""), name),
            "delete" => _api.DeleteAsync<V1ConfigMap>(name),
            _ => WatchAsync(),
        });
    }

    private async Task WatchAsync()
    {
        await foreach (var seen in _api.WatchAsync<V1ConfigMap>())
        {
            seen.Object.ShouldNotBeNull();
            return;
        }
    }

    private OmsUpgrade Patch(string json) => _api.Patch<OmsUpgrade>("oms", "up", Json(json));

    private bool Delete(string? uid, string? version) =>
        _api.Delete<OmsUpgrade>("oms", "up", new DeleteOptions { Uid = uid, ResourceVersion = version });

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    private static OmsUpgrade New(string name = "up") =>
        new() { Metadata = new V1ObjectMeta { Name = name }, Spec = OmsWorld.AnySpec };

    private static IEnumerable<string> Fields(Action act) =>
        Should.Throw<KubernetesInvalidException>(act).Status.Details.Causes.Select(c => c.Field);
}
