namespace Drydock.Tests.Unit.Upgrades;

public sealed class DockerEndpointsTests
{
    private readonly ManualTimeProvider _time = new();
    private int _disposed;

    [Fact]
    public async Task Client_is_shared_while_used_and_forgotten_afterwards()
    {
        await using var endpoints = new DockerEndpoints(Create, _time);
        var first = endpoints.Get(Endpoint(0));

        _time.Advance(DockerEndpoints.KeptFor);
        endpoints.Get(Endpoint(0)).ShouldBeSameAs(first);
        _time.Advance(DockerEndpoints.KeptFor + TimeSpan.FromSeconds(1));
        endpoints.Get(Endpoint(0)).ShouldNotBeSameAs(first);

        _disposed.ShouldBe(0);
    }

    [Fact]
    public async Task Renewed_keys_do_not_accumulate_clients()
    {
        await using var endpoints = new DockerEndpoints(Create, _time);
        for (var i = 0; i < 1000; i++)
        {
            endpoints.Get(Endpoint(i));
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        endpoints.Count.ShouldBeLessThanOrEqualTo(16);
    }

    [Fact]
    public async Task Kept_clients_are_disposed_with_the_endpoints()
    {
        var endpoints = new DockerEndpoints(Create, _time);
        endpoints.Get(Endpoint(0));
        endpoints.Get(Endpoint(1));

        await endpoints.DisposeAsync();

        _disposed.ShouldBe(2);
    }

    private static DockerEndpoint Endpoint(int key) =>
        DockerEndpoint.Parse("tcp://192.0.2.1:2376") with
        {
            Tls = new DockerTlsMaterial([1], [2], BitConverter.GetBytes(key)),
        };

    private DockerClient Create(DockerEndpoint endpoint) =>
        new(endpoint.DisplayName, new DockerClientOptions(), _time, new Wire(() => _disposed++));

    private sealed class Wire(Action disposed) : HttpMessageHandler
    {
        private bool _isDisposed;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                disposed();
            }

            base.Dispose(disposing);
        }
    }
}
