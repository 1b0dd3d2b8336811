using System.Text;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Support;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>How long lists are read: in pages, and each page object by object.</summary>
public sealed class ListPageTests : IAsyncLifetime
{
    private FakeApiServer _server = null!;
    private KubernetesClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        _client = _server.Client(new KubernetesClientOptions { ReadRetries = 0 });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Object_is_reduced_before_the_next_one_arrives()
    {
        var reduced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Then(async c =>
        {
            await WriteAsync(c, "{\"items\":[" + FakeApiServer.Widget("a", "1") + new string(' ', 300_000));
            await reduced.Task.Bounded();
            await WriteAsync(c, "," + FakeApiServer.Widget("b", "2") + "],\"metadata\":{\"resourceVersion\":\"9\"}}");
        });

        var list = await _client.ListAsync<Widget>(options: new ListOptions
        {
            Keep = o =>
            {
                reduced.TrySetResult();
                return ((Widget)o) with { Metadata = o.Metadata with { Uid = "reduced" } };
            },
        });

        list.Items.Select(w => (w.Metadata.Name, w.Metadata.Uid)).ShouldBe([("a", "reduced"), ("b", "reduced")]);
        list.ResourceVersion.ShouldBe("9");
    }

    [Fact]
    public async Task Objects_of_every_length_are_read_across_buffers()
    {
        var items = Enumerable.Range(0, 200).Select(i => FakeApiServer.Widget(
            $"w{i}", "1", more: $",\"unknown\":[\"{new string('x', i * 997 % 90_000)}\",{{\"items\":[1,{{}}]}}]"));
        _server.Then(c => WriteAsync(
            c,
            "{ \"apiVersion\":\"v1\", \"other\":{\"items\":[[]],\"metadata\":1}, \"items\" : ["
                + string.Join(" ,\n", items) + "] , \"kind\":\"List\", "
                + "\"metadata\":{\"continue\":\"\",\"resourceVersion\":\"9\",\"more\":{\"items\":[{}]}} }\n"));

        var list = await _client.ListAsync<Widget>();

        list.Items.Select(w => w.Metadata.Name).ShouldBe(Enumerable.Range(0, 200).Select(i => $"w{i}"));
        list.ResourceVersion.ShouldBe("9");
    }

    [Fact]
    public async Task Omitted_object_is_not_listed()
    {
        _server.Then(
            200, FakeApiServer.List("9", FakeApiServer.Widget("a", "1"), FakeApiServer.Widget("b", "2")));

        var list = await _client.ListAsync<Widget>(
            options: new ListOptions { Keep = static o => o.Metadata.Name == "a" ? null : o });

        list.Items.ShouldHaveSingleItem().Metadata.Name.ShouldBe("b");
    }

    [Fact]
    public async Task List_that_expires_between_pages_begins_again()
    {
        _server.Then(200, Page("9", "next", "a", "gone"))
            .Then(410, FakeApiServer.Status(410, "Expired"))
            .Then(200, Page("20", "later", "a"))
            .Then(200, Page("20", "", "b"));

        var list = await _client.ListAsync<Widget>();

        list.Items.Select(w => w.Metadata.Name).ShouldBe(["a", "b"]);
        list.ResourceVersion.ShouldBe("20");
        (await _server.NextRequestAsync()).ShouldNotContain("continue");
        (await _server.NextRequestAsync()).ShouldContain("continue=next");
        (await _server.NextRequestAsync()).ShouldNotContain("continue");
        (await _server.NextRequestAsync()).ShouldContain("continue=later");
    }

    [Fact]
    public async Task List_that_expires_again_and_again_fails()
    {
        for (var i = 0; i < 3; i++)
        {
            _server.Then(200, Page("9", "next", "a")).Then(410, FakeApiServer.Status(410, "Expired"));
        }

        await Should.ThrowAsync<KubernetesGoneException>(() => _client.ListAsync<Widget>());

        _server.RequestsWaiting.ShouldBe(6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{\"items\":[")]
    [InlineData("{\"items\":[{\"metadata\":")]
    public async Task Answer_that_is_no_list_is_refused(string body)
    {
        _server.Then(200, body);

        (await Should.ThrowAsync<KubernetesUnreadableObjectException>(() => _client.ListAsync<Widget>()))
            .Message.ShouldContain("not JSON");
    }

    private static string Page(string version, string next, params ReadOnlySpan<string> names)
    {
        var items = new List<string>();
        foreach (var name in names)
        {
            items.Add(FakeApiServer.Widget(name, "1"));
        }

        return $"{{\"items\":[{string.Join(',', items)}],"
            + $"\"metadata\":{{\"resourceVersion\":\"{version}\",\"continue\":\"{next}\"}}}}";
    }

    private static async Task WriteAsync(HttpContext context, string text)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
