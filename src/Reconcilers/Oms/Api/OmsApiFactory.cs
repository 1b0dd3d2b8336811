namespace Drydock.Reconcilers.Oms;

/// <param name="time">The clock.</param>
/// <param name="handler">What requests to a target go through; null for the network.</param>
/// <param name="endpoints">Which addresses are connected to; null for the default.</param>
internal sealed class OmsApiFactory(
    TimeProvider time,
    Func<OmsApiTarget, HttpMessageHandler>? handler = null,
    EndpointPolicy? endpoints = null) : IOmsApiFactory
{
    public IOmsApi Open(OmsApiTarget target)
    {
        return new HttpOmsApi(
            target,
            handler is null ? OmsApiTransport.Handler(target, endpoints ?? EndpointPolicy.Default) : handler(target),
            time);
    }
}
