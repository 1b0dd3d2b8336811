using System.Net.Sockets;
using Drydock.Clients.Safety;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Safety;

public sealed class SocketFaultsTests
{
    [Fact]
    public async Task Bare_socket_error_becomes_an_HTTP_error_that_proves_nothing()
    {
        using var client = new HttpMessageInvoker(new SocketFaults(new Refusing()));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://192.0.2.1/");

        var error = await Should.ThrowAsync<HttpRequestException>(
            () => client.SendAsync(request, TestContext.Current.CancellationToken));

        error.HttpRequestError.ShouldBe(HttpRequestError.Unknown);
        error.InnerException.ShouldBeOfType<SocketException>();
    }

    private sealed class Refusing : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new SocketException((int)SocketError.ConnectionRefused);
    }
}
