using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Tests.Integration.Clients.Kubernetes;

/// <summary>Reading and writing objects on a real API server.</summary>
public sealed class ObjectTests(LabFixture lab) : IAsyncLifetime
{
    private KubeWorld _world = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await KubeWorld.CreateAsync(await lab.ControlPlaneAsync());

    public ValueTask DisposeAsync()
    {
        _world.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Object_is_created_read_replaced_and_deleted()
    {
        var created = await _world.Client.CreateAsync(ConfigMap("a", "1"), Token);
        var replaced = await _world.Client.UpdateAsync(
            created with { Data = new Dictionary<string, string> { ["k"] = "2" } }, Token);
        var read = await _world.Client.GetAsync<V1ConfigMap>("a", _world.Namespace, Token);

        read!.Data!["k"].ShouldBe("2");
        read.Metadata.ResourceVersion.ShouldBe(replaced.Metadata.ResourceVersion);
        read.Metadata.CreationTimestamp.ShouldNotBeNull();
        (await _world.Client.DeleteAsync<V1ConfigMap>("a", _world.Namespace, cancellationToken: Token)).ShouldBeTrue();
        (await _world.Client.DeleteAsync<V1ConfigMap>("a", _world.Namespace, cancellationToken: Token)).ShouldBeFalse();
        (await _world.Client.GetAsync<V1ConfigMap>("a", _world.Namespace, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Stale_write_taken_name_and_wrong_precondition_are_conflicts()
    {
        var first = await _world.Client.CreateAsync(ConfigMap("a", "1"), Token);
        await _world.Client.UpdateAsync(first with { Data = new Dictionary<string, string> { ["k"] = "2" } }, Token);

        await Should.ThrowAsync<KubernetesConflictException>(() => _world.Client.UpdateAsync(
            first with { Data = new Dictionary<string, string> { ["k"] = "3" } }, Token));
        await Should.ThrowAsync<KubernetesAlreadyExistsException>(
            () => _world.Client.CreateAsync(ConfigMap("a", "1"), Token));
        await Should.ThrowAsync<KubernetesConflictException>(() => _world.Client.DeleteAsync<V1ConfigMap>(
            "a", _world.Namespace, new DeleteOptions { Uid = "not-it" }, Token));
        (await _world.Client.GetAsync<V1ConfigMap>("a", _world.Namespace, Token))!.Data!["k"].ShouldBe("2");
    }

    [Fact]
    public async Task ListAsync_reads_all_pages()
    {
        foreach (var i in Enumerable.Range(0, 11))
        {
            await _world.Client.CreateAsync(ConfigMap($"c{i}", "x"), Token);
        }

        var list = await _world.Client.ListAsync<V1ConfigMap>(
            _world.Namespace, new ListOptions { PageSize = 4 }, Token);
        var one = await _world.Client.ListAsync<V1ConfigMap>(
            _world.Namespace, new ListOptions { FieldSelector = "metadata.name=c3" }, Token);

        list.Items.Count(i => i.Metadata.Name.StartsWith('c')).ShouldBe(11);
        one.Items.ShouldHaveSingleItem().Kind.ShouldBe("ConfigMap");
    }

    [Fact]
    public async Task Secret_values_are_binary_safe_and_absent_from_metadata_list()
    {
        var value = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        await _world.Client.CreateAsync(
            new V1Secret
            {
                Metadata = new() { Name = "s", Namespace = _world.Namespace },
                Data = new Dictionary<string, byte[]> { ["bin"] = value }
            },
            Token);

        (await _world.Client.GetAsync<V1Secret>("s", _world.Namespace, Token))!.Data!["bin"].ShouldBe(value);
        var metadata = await _world.Client.ListAsync<V1Secret>(
            _world.Namespace, new ListOptions { MetadataOnly = true, FieldSelector = "metadata.name=s" }, Token);
        metadata.Items.ShouldHaveSingleItem().Data.ShouldBeNull();
    }

    [Fact]
    public async Task Server_message_about_invalid_Secret_is_withheld()
    {
        var patch = JsonNode.Parse("""{"data":{"password":"*canary-password*"}}""")!.AsObject();
        await _world.Client.CreateAsync(
            new V1Secret { Metadata = new() { Name = "s", Namespace = _world.Namespace } }, Token);

        var error = await Should.ThrowAsync<KubernetesException>(
            () => _world.Client.PatchAsync<V1Secret>(patch, "s", _world.Namespace, cancellationToken: Token));

        error.ToString().ShouldNotContain("canary-password");
        error.Message.ShouldContain("withheld");
    }

    [Fact]
    public async Task Status_update_leaves_spec_unchanged_and_detects_conflicts()
    {
        var at = new DateTimeOffset(2026, 5, 4, 3, 2, 1, 123, TimeSpan.Zero);
        var created = await _world.Client.CreateAsync(_world.Widget("w", new() { Size = 1 }), Token);

        var written = await _world.Client.UpdateStatusAsync(
            created with { Spec = new() { Size = 99 }, Status = new() { Phase = "Backup", At = at } }, Token);

        (written.Spec.Size, written.Status!.Phase, written.Status.At).ShouldBe((1, "Backup", at));
        written.Spec.Secret.ShouldBe("none", "the initial value of a field that the server does not have");
        written.Metadata.Generation.ShouldBe(created.Metadata.Generation);
        await Should.ThrowAsync<KubernetesConflictException>(
            () => _world.Client.UpdateStatusAsync(created with { Status = new() { Phase = "stale" } }, Token));
    }

    [Fact]
    public async Task Object_that_breaks_schema_is_refused_with_its_causes()
    {
        var error = await Should.ThrowAsync<KubernetesInvalidException>(
            () => _world.Client.CreateAsync(_world.Widget("w", new() { Size = 101 }), Token));

        error.Status.Details.Causes.ShouldHaveSingleItem().Field.ShouldBe("spec.size");
        error.StatusCode.ShouldBe(422);
    }

    [Fact]
    public async Task Finalizer_change_keeps_fields_unknown_to_this_version()
    {
        var w = await _world.Client.CreateAsync(_world.Widget("w"), Token);
        await _world.KubectlAsync(
            "patch", "widget", "w", "--type=merge", "-p",
            """{"spec":{"newer":"kept"},"metadata":{"annotations":{"a":"b"}}}""");
        var writer = new EntityWriter<Widget>(_world.Client, static _ => { });

        await Should.ThrowAsync<KubernetesConflictException>(
            () => writer.AddFinalizerAsync(w, "drydock.dev/test", Token));
        w = (await _world.Client.GetAsync<Widget>("w", _world.Namespace, Token))!;
        var with = await writer.AddFinalizerAsync(w, "drydock.dev/test", Token);
        await _world.Client.DeleteAsync<Widget>("w", _world.Namespace, cancellationToken: Token);
        var deleting = await _world.Client.GetAsync<Widget>("w", _world.Namespace, Token);

        with.Metadata.Annotations!["a"].ShouldBe("b");
        (await _world.KubectlAsync("get", "widget", "w", "-o", "jsonpath={.spec.newer}")).ShouldBe("kept");
        deleting!.Metadata.DeletionTimestamp.ShouldNotBeNull();
        await writer.RemoveFinalizerAsync(deleting, "drydock.dev/test", Token);
        (await _world.Client.GetAsync<Widget>("w", _world.Namespace, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Forbidden_error_names_the_right_to_grant()
    {
        await using var folder = new Lab.ScratchFolder();
        await _world.KubectlAsync("create", "serviceaccount", "weak");
        var kubeconfig = await _world.Plane.CreateServiceAccountKubeconfigAsync(
            _world.Namespace, "weak", folder.File("weak.kubeconfig"), cancellationToken: Token);
        using var client = KubeWorld.ClientFor(kubeconfig);

        client.DefaultNamespace.ShouldBe(_world.Namespace);
        var error = await Should.ThrowAsync<KubernetesForbiddenException>(
            () => client.ListAsync<Widget>(_world.Namespace, cancellationToken: Token));

        error.Message.ShouldContain(
            $"Grant the verb 'list' on 'widgets' in API group 'test.drydock.dev' in namespace '{_world.Namespace}'");
    }

    [Fact]
    public async Task Lease_time_keeps_microseconds()
    {
        var at = new DateTime(2026, 5, 4, 3, 2, 1, DateTimeKind.Utc).AddMicroseconds(123456);

        var lease = await _world.Client.CreateAsync(
            new V1Lease
            {
                Metadata = new() { Name = "l", Namespace = _world.Namespace },
                Spec = new() { HolderIdentity = "x", LeaseDurationSeconds = 15, RenewTime = at }
            },
            Token);

        lease.Spec.RenewTime.ShouldBe(at);
    }

    private V1ConfigMap ConfigMap(string name, string value) =>
        new()
        {
            Metadata = new() { Name = name, Namespace = _world.Namespace },
            Data = new Dictionary<string, string> { ["k"] = value }
        };
}
