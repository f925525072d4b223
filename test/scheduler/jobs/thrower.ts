throw new Error('the spring broke')
