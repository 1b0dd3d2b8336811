namespace Drydock.Reconcilers.OmsUpgrades.Api;

/// <inheritdoc cref="IOmsApiFactory" />
/// <param name="time">The clock.</param>
/// <param name="handler">What requests to a target go through; null for the network.</param>
public sealed class OmsApiFactory(TimeProvider time, Func<OmsApiTarget, HttpMessageHandler>? handler = null) : IOmsApiFactory
{
    /// <inheritdoc />
    public IOmsApi Open(OmsApiTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new HttpOmsApi(target, handler is null ? OmsApiTransport.Handler(target) : handler(target), time);
    }
}
