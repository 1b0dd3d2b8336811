using System.Net.Sockets;
using Drydock.Clients.Safety;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Safety;

public sealed class SocketExceptionHandlerTests
{
    [Fact]
    public async Task Bare_socket_error_becomes_http_error_with_unknown_outcome()
    {
        using var client = new HttpMessageInvoker(new SocketExceptionHandler(new Refusing()));
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
