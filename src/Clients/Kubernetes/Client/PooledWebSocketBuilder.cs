using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using k8s;
using k8s.Autorest;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>
/// Opens WebSockets (exec) through the connections of the HTTP client. A WebSocket of the package has a check of the
/// server's certificate of its own, which accepts a wrong server name, and no proxy.
/// </summary>
/// <param name="connections">The connections of the HTTP client.</param>
/// <param name="serverName">The name that TLS asks for and verifies; null for that of the address.</param>
internal sealed class PooledWebSocketBuilder(SocketsHttpHandler connections, string? serverName) : WebSocketBuilder
{
    public override async Task<WebSocket> BuildAndConnectAsync(Uri uri, CancellationToken cancellationToken)
    {
        // What the package has set is a part of the handler already, and must not be set twice.
        Options.RemoteCertificateValidationCallback = null;
        Options.ClientCertificates = [];
        Options.CollectHttpResponseDetails = true;
        if (!string.IsNullOrEmpty(serverName))
        {
            Options.SetRequestHeader("Host", serverName);
        }

        using var invoker = new HttpMessageInvoker(connections, disposeHandler: false);
        try
        {
            await WebSocket.ConnectAsync(uri, invoker, cancellationToken).ConfigureAwait(false);
            return WebSocket;
        }
        catch (WebSocketException refused)
            when (WebSocket.HttpStatusCode > HttpStatusCode.SwitchingProtocols)
        {
            using var answer = new HttpResponseMessage(WebSocket.HttpStatusCode);
            throw new HttpOperationException(refused.Message, refused)
            {
                Response = new HttpResponseMessageWrapper(answer, ""),
            };
        }
    }
}
