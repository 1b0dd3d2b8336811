using Microsoft.AspNetCore.Http;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>How long lists are read: page by page.</summary>
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
    public async Task Objects_are_reduced_before_the_next_page_is_asked_for()
    {
        var reduced = new List<string>();
        _server.Then(200, Page("9", "next", "a", "b")).Then(c =>
        {
            reduced.ShouldBe(["a", "b"]);
            return c.Response.WriteAsync(Page("9", "", "c"));
        });

        var list = await _client.ListAsync<Widget>(options: new ListOptions
        {
            Keep = o =>
            {
                reduced.Add(o.Metadata.Name);
                return ((Widget)o) with { Metadata = o.Metadata with { Uid = "reduced" } };
            },
        });

        list.Items.Select(w => (w.Metadata.Name, w.Metadata.Uid)).ShouldBe(
            [("a", "reduced"), ("b", "reduced"), ("c", "reduced")]);
        list.ResourceVersion.ShouldBe("9");
        (await _server.NextRequestAsync()).ShouldEndWith("?limit=10");
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
}
